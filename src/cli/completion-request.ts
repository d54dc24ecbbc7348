/**
 * Turns a half-typed command line into a completion request: candidates from the program itself, or what to look up in the kubeconfig or
 * cluster.
 */

import type { Command, Option } from 'commander'
import type { Candidate, CompletionRequest } from '../commands/complete.ts'
import { SHELLS } from './about.ts'
import { readWords } from './arguments.ts'
import { connectionOptions } from './connection-flags.ts'
import { TOPICS } from './help-topics.ts'

/** Flags whose values come from the kubeconfig or the cluster. */
const COMPLETED_FLAGS: Record<string, CompletionRequest['wanted']> = {
  '--namespace': 'namespaces',
  '--exclude-namespace': 'namespaces',
  '--context': 'contexts',
  '--cluster': 'clusters',
  '--user': 'users',
}

/** Commands whose arguments are pods and workloads of the cluster, each with the flags that exclude them. */
const ON_PODS: Record<string, readonly string[]> = {
  diagnose: ['--all-namespaces', '--selector', '--exclude-namespace', '--filename'],
  why: ['--filename'],
  wait: [],
  fix: ['--all-namespaces', '--selector', '--exclude-namespace', '--affected', '--apply'],
}

/** @param words those after the program's name; the last one, which may be empty, is to be completed */
export function completionRequest(words: readonly string[], program: Command): CompletionRequest {
  const typed = words.at(-1) ?? ''
  const { words: before, command, open } = readWords(words.slice(0, -1), program)
  const request = {
    typed,
    prefix: '',
    files: false,
    known: [],
    wanted: null,
    connection: connectionOf(before),
  }
  if (open !== null) return flagValue(open, request)
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(typed) ?? []
  if (flag !== undefined && value !== undefined) {
    const last = readWords([...words.slice(0, -1), `${flag}=`], program).words.at(-1)
    const rest = { ...request, typed: value, prefix: `${flag}=` }
    return last !== undefined && 'flag' in last ? flagValue(last.flag, rest) : rest
  }
  if (typed.startsWith('-')) return { ...request, known: flagsOf(command ? [command] : program.commands) }
  if (command === undefined) return { ...request, known: commandsOf(program) }
  return command !== null && takesMore(command, before)
    ? argumentOf(command.name(), program, request)
    : request
}

type Words = ReturnType<typeof readWords>['words']

/** Whether one more argument would be accepted after these words, the first operand of which is the command. */
function takesMore(command: Command, words: Words): boolean {
  const given = words.filter(word => 'operand' in word).length - 1
  const excluding = ON_PODS[command.name()] ?? []
  const isExcluded = words.some(
    word =>
      'flag' in word &&
      ((excluding.includes(word.flag.long ?? '') && word.value !== 'false') ||
        // A name is looked up in one namespace.
        (excluding.length > 0 && word.flag.long === '--namespace' && word.value?.includes(','))),
  )
  const { registeredArguments: known } = command
  return !isExcluded && (known.at(-1)?.variadic === true || given < known.length)
}

function argumentOf(name: string, program: Command, request: CompletionRequest): CompletionRequest {
  if (name in ON_PODS) return { ...request, wanted: 'pods' }
  if (name === 'explain') return { ...request, wanted: 'causes' }
  if (name === 'completion') return { ...request, known: SHELLS.map(value => ({ value })) }
  if (name !== 'help') return request
  const topics = Object.entries(TOPICS).map(([value, { about }]) => ({ value, about }))
  return { ...request, known: [...commandsOf(program), ...topics] }
}

function flagValue(option: Option, request: CompletionRequest): CompletionRequest {
  const wanted = COMPLETED_FLAGS[option.long ?? ''] ?? null
  if (wanted !== null) {
    // For `-n a,b`, completes the name after the last comma.
    const [whole, list = '', rest = request.typed] = /^(.*,)([^,]*)$/.exec(request.typed) ?? []
    return {
      ...request,
      wanted,
      typed: whole === undefined ? request.typed : rest,
      prefix: `${request.prefix}${list}`,
    }
  }
  if (/<(?:file|path)>/.test(option.flags)) return { ...request, files: true }
  return { ...request, known: (option.argChoices ?? []).map(value => ({ value })) }
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map(command => ({ value: command.name(), about: command.description() }))
}

function flagsOf(commands: readonly Command[]): Candidate[] {
  const flags = commands.flatMap(({ options }) => options)
  const once = new Map(
    flags.map(({ long, description }) => [long ?? '', { value: long ?? '', about: description }]),
  )
  return [...once.values(), { value: '--help', about: 'print the help of the command' }]
}

/** The connection flags that are already typed. */
function connectionOf(words: Words): CompletionRequest['connection'] {
  const given: Record<string, unknown> = {}
  for (const word of words) {
    if (!('flag' in word)) continue
    const name = word.flag.attributeName()
    if (name === 'asGroup') given[name] = [...((given[name] as string[] | undefined) ?? []), word.value]
    else if (name === 'insecureSkipTlsVerify') given[name] = word.value !== 'false'
    else if (name === 'namespace') given[name] = word.value?.split(',')[0]
    else if (word.flag.required && name !== 'requestTimeout' && name !== 'v') given[name] = word.value
  }
  return connectionOptions(given)
}
