/** The commander program: turns flags into typed options and calls one command with them. */

import { Command, CommanderError, Option } from 'commander'
import type { CommandContext, ExitName } from '../commands/context.ts'
import type { WritingContext } from '../commands/writing-context.ts'
import { UsageError } from '../errors.ts'
import { addCompletion, addDemo, addExplain, addOptions, addVersion } from './about.ts'
import { arrangeArguments } from './arguments.ts'
import { addAudit } from './audit.ts'
import type { CommandRunner, CommonFlags } from './command-runner.ts'
import { completionRequest } from './completion-request.ts'
import { addDiagnose } from './diagnose.ts'
import { addFix } from './fix.ts'
import { example } from './flags.ts'
import { TOPICS, topicText } from './help-topics.ts'
import { addImage } from './image.ts'
import { addMirror } from './mirror.ts'
import { addQuota } from './quota.ts'
import { addUndo } from './undo.ts'
import { addWait } from './wait.ts'
import { addWhy } from './why.ts'

export interface ContextFlags {
  noColor: boolean
  /** Print errors only, and ask no questions. */
  quiet: boolean
}

/** What the program needs from main: its name and version, contexts for commands, and an output for help. */
export interface ProgramHost {
  program: CommandContext['program']
  version: string
  /** Creates a command's context from the flags that affect it. */
  context(flags: ContextFlags): CommandContext
  /** Creates the context of a command that writes. */
  writingContext(flags: ContextFlags): WritingContext
  writeOut(text: string): void
  helpWidth: number
}

/**
 * Parses argv (without node and script) and runs the command.
 * @returns how the command ended. @throws UsageError for invalid flags; whatever the command throws
 */
export async function runProgram(argv: string[], host: ProgramHost): Promise<ExitName> {
  let ended: ExitName = 'ok'
  const program = buildProgram(host, name => {
    ended = name
  })
  if (isCompletion(argv)) return complete(argv.slice(1), program, host)
  let words = argv
  try {
    words = arrangeArguments(argv, program)
    const topic = words[0] === 'help' ? TOPICS[words[1] ?? ''] : undefined
    if (topic !== undefined) host.writeOut(topicText(topic, host.helpWidth))
    else if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(helpLast(words, program), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw new UsageError(sentence(error, helpFor(program, words[0])))
  }
  return ended
}

/** Whether a shell requests completions. A user is waiting at the prompt, so the process has to exit as soon as the answer is written. */
export function isCompletion(argv: readonly string[]): boolean {
  return argv[0] === '__complete'
}

/** Prints completion candidates for a shell. */
async function complete(words: string[], program: Command, host: ProgramHost): Promise<ExitName> {
  const { completeCommand } = await import('../commands/complete.ts')
  return completeCommand(completionRequest(words, program), host.context({ noColor: true, quiet: false }))
}

/** Rewrites `help fix` as `fix --help`, and `help` as `--help`. An unknown command's name is left alone, so that the error suggests a similar one. */
function helpLast(argv: string[], program: Command): string[] {
  const [first, second, ...rest] = argv
  if (first !== 'help') return argv
  if (second === undefined) return ['--help']
  return isCommand(second, program) ? [second, '--help', ...rest] : [second]
}

function isCommand(word: string | undefined, program: Command): boolean {
  return program.commands.some(command => command.name() === word)
}

/** Returns the help command to suggest: the called command's, or the program's if the command is unknown. */
function helpFor(program: Command, called: string | undefined): string {
  return isCommand(called, program) ? `${program.name()} ${called} --help` : `${program.name()} --help`
}

function sentence({ code, message }: CommanderError, help: string): string {
  // commander throws this without a message when it prints help instead of an error.
  const reason = code === 'commander.help' ? 'no command is given' : message
  const text = reason
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*?)\?\)/, ' (did you mean $1?)')
    .replace(
      /^(?:option '(?:-\w, )?(--[\w-]+)[^']*' argument|command-argument value) '(.*)' is invalid(?: for argument '([\w-]+)')?\. (.*)$/s,
      (_all, flag, value, argument, remedy) => `invalid ${flag ?? argument} "${value}": ${asRemedy(remedy)}`,
    )
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}. See \`${help}\`.`
}

/** Returns what commander says about a value, so that it can follow a colon. */
function asRemedy(text: string): string {
  return text
    .replace(/Allowed choices are (.*), (\S+)\.$/, (_all, others: string, last: string) =>
      others.includes(',') ? `Choose ${others}, or ${last}` : `Choose ${others} or ${last}`,
    )
    .replace(/Allowed choices are (.*)\.$/, 'Choose $1')
    .replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase())
}

const START: [string, string][] = [
  ['diagnose -A', 'which pods, and why; only reads'],
  ['why web/shop-0', 'what the kubelet tries for one pod'],
  ['fix -A', 'shows its plan and asks before it writes'],
  ['demo', 'all of that, without a cluster'],
]

const MORE: [string, string][] = [
  ['help COMMAND', "a command's flags"],
  ...Object.entries(TOPICS).map(([name, { about }]): [string, string] => [`help ${name}`, about]),
]

/** Returns a flag's description with its choices and its default, unless the description already names them. */
function described({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
  negate,
  presetArg,
}: Option): string {
  const usual = negate ? undefined : (defaultValueDescription ?? defaultValue)
  const choices = argChoices?.some(choice => description.includes(choice)) === true ? [] : (argChoices ?? [])
  const more = [
    ...(choices.length === 0 ? [] : [choices.join(', ')]),
    ...(usual === undefined || presetArg !== undefined || description.includes('(default')
      ? []
      : [`default ${usual}`]),
  ]
  return more.length === 0 ? description : `${description} (${more.join('; ')})`
}

/** In the order of the help. */
const COMMANDS: ((program: Command, name: string, run: CommandRunner) => void)[] = [
  addDiagnose,
  addWhy,
  addWait,
  addImage,
  addQuota,
  addMirror,
  addFix,
  addUndo,
  addAudit,
  addExplain,
  addCompletion,
  addVersion,
  addOptions,
  addDemo,
]

/** Builds the program with all its commands; `end` is called with how the command ended. */
export function buildProgram(host: ProgramHost, end: (name: ExitName) => void): Command {
  const program = new Command(host.program)
    .description("A doctor for Kubernetes clusters whose pods can't pull their images.")
    .version(host.version, '--version', 'print the version')
    .addHelpOption(new Option('-h, --help', 'print this help').hideHelp())
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .configureHelp({ optionDescription: described })
    .addHelpText('after', example(host.program, START))
    .addHelpText('after', example(host.program, MORE, 'More help:'))
    .exitOverride()
    .configureOutput({
      writeOut: text => host.writeOut(text),
      writeErr: () => {},
      getOutHelpWidth: () => host.helpWidth,
    })
  const run: CommandRunner = {
    reading: async (load, options, flags) => end(await (await load())(options, host.context(given(flags)))),
    writing: async (load, options, flags) =>
      end(await (await load())(options, host.writingContext(given(flags)))),
  }
  for (const add of COMMANDS) add(program, host.program, run)
  for (const command of program.commands) {
    const hidesFlags = command.options.some(({ long, hidden }) => hidden && long === '--context')
    if (hidesFlags) command.addHelpText('after', `More flags, such as --context: ${host.program} options`)
  }
  return program
}

function given({ color, quiet }: CommonFlags): ContextFlags {
  return { noColor: color === false, quiet: quiet === true }
}
