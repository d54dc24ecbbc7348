/** Puts a command line into the one form that commander reads: the command first, then each flag with its value, then the arguments. */

import type { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'

/** What Go's strconv.ParseBool takes, as kubectl's boolean flags do. */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True']
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/**
 * Flags may stand anywhere, also before the command (kubectl takes none of its own in front of a plugin's name), and take their values as
 * kubectl's do: `-o json`, `-o=json`, `-ojson`, `--output=json`, `-A=true`. Of a boolean flag that is given more than once, the last one counts.
 * @param argv the arguments without node and script
 * @returns the same command line with the command as its first word; unknown flags are kept for commander to refuse
 * @throws UsageError for flags without a command, and for a boolean flag with another value than true or false
 */
export function arrangeArguments(argv: readonly string[], program: Command): string[] {
  const { words, command } = readWords(argv, program)
  if (command === undefined) return withoutCommand(argv, words, program)
  const operands = words.flatMap(word => ('operand' in word ? [word.operand] : []))
  // A mistyped command is what to complain about, not its flags.
  if (command === null) return operands.slice(0, 1)
  const flags = lastOfEach(words).flatMap(word => written(word, command))
  // Everything behind `--` is an argument, whatever it looks like.
  const dashed = operands.slice(1).some(operand => operand.startsWith('-') && operand !== '-') ? ['--'] : []
  return [command.name(), ...flags, ...dashed, ...operands.slice(1)]
}

/** `value` null: the flag was given without one. */
type Word = { operand: string } | { unknown: string } | { flag: Option; typed: string; value: string | null }
type FlagWord = Extract<Word, { flag: Option }>

interface Split {
  words: Word[]
  /** The flag that still lacks its value at the end. */
  open: Option | null
  /** undefined: none is named; null: there is none of that name. */
  command: Command | null | undefined
}

/** Reads word by word, for completion too; until the command is known, a flag is read as the commands that have it do. */
export function readWords(argv: readonly string[], program: Command): Split {
  const words: Word[] = []
  let command: Command | null | undefined
  let open: Option | null = null
  const rest = [...argv]
  const find = (name: string) =>
    flagNamed(name, command ? [command] : []) ?? flagNamed(name, program.commands)
  const take = (operand: string) => {
    if (command === undefined) command = commandNamed(operand, program) ?? null
    words.push({ operand })
  }
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      for (const operand of rest.splice(0)) take(operand)
    } else if (word.startsWith('--')) {
      readLong(word)
    } else if (word.startsWith('-') && word !== '-') {
      readShort(word)
    } else take(word)
  }
  return { words, command, open }

  function readLong(word: string): void {
    const [name = '', ...values] = word.split('=')
    const flag = find(name)
    if (flag === undefined) skipUnknown(word)
    else add(flag, name, values.length > 0 ? values.join('=') : undefined)
  }

  /** `-A`, `-nweb`, `-n=web`, and several in one word, as in `-An web`. */
  function readShort(word: string): void {
    const name = word.slice(0, 2)
    const flag = find(name)
    const more = word.slice(2)
    if (flag === undefined) skipUnknown(word)
    else if (more.startsWith('=')) add(flag, name, more.slice(1))
    else if (flag.required) add(flag, name, more === '' ? undefined : more)
    else {
      add(flag, name, undefined)
      if (more !== '') readShort(`-${more}`)
    }
  }

  function add(flag: Option, typed: string, attached: string | undefined): void {
    const next = attached === undefined && takesNext(flag, rest[0]) ? rest.shift() : undefined
    if (flag.required && (attached ?? next) === undefined) open = flag
    words.push({ flag, typed, value: attached ?? next ?? null })
  }

  /** In front of the command, the next word is taken for an unknown flag's value unless it is a command. */
  function skipUnknown(word: string): void {
    words.push({ unknown: word })
    const [next] = rest
    if (command === undefined && next !== undefined && !next.startsWith('-') && !commandNamed(next, program))
      rest.shift()
  }
}

function takesNext(flag: Option, next: string | undefined): boolean {
  if (next === undefined) return false
  // A value that may be left out is taken only if it can be nothing else: the next word may be an argument.
  return flag.required || (flag.optional && flag.argChoices?.includes(next) === true)
}

function commandNamed(name: string, program: Command): Command | undefined {
  return program
    .createHelp()
    .visibleCommands(program)
    .find(command => command.name() === name)
}

function flagNamed(name: string, commands: readonly Command[]): Option | undefined {
  for (const command of commands) {
    const found = command.options.find(
      ({ short, long }) => name === short || name === long || name === opposite(long),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** `--color` for `--no-color`, which can be given as `--color=false`. */
function opposite(long: string | undefined): string | undefined {
  return long?.startsWith('--no-') ? `--${long.slice('--no-'.length)}` : undefined
}

function isBoolean(flag: Option): boolean {
  return !flag.required && !flag.optional
}

/** Without the boolean flags that are given again later. */
function lastOfEach(words: Word[]): Word[] {
  const flags = words.filter((word): word is FlagWord => 'flag' in word)
  const last = new Map(flags.map(word => [word.flag.attributeName(), word]))
  return words.filter(
    word => !('flag' in word) || !isBoolean(word.flag) || last.get(word.flag.attributeName()) === word,
  )
}

function written(word: Word, command: Command): string[] {
  if ('operand' in word) return []
  if ('unknown' in word) return [word.unknown]
  const { flag, typed, value } = word
  // Another command's flag: commander refuses it, and names it as it was typed.
  if (!command.options.some(({ long }) => long === flag.long)) return [typed]
  if (isBoolean(flag)) return isSet(word) ? [flag.long ?? typed] : []
  // A flag whose value may be left out would take the argument behind it.
  const given = value ?? flag.presetArg
  return [given == null ? typed : `${flag.long}=${given}`]
}

function isSet({ flag, typed, value }: FlagWord): boolean {
  const given = value ?? 'true'
  if (!TRUE.includes(given) && !FALSE.includes(given))
    throw new UsageError(`${typed} takes true or false, not "${given}".`)
  return TRUE.includes(given) === (typed !== opposite(flag.long))
}

/** Help and version are asked for without a command; anything else needs one. */
function withoutCommand(argv: readonly string[], words: Word[], program: Command): string[] {
  const typed = words.flatMap(word =>
    'unknown' in word ? [word.unknown] : 'flag' in word ? [word.typed] : [],
  )
  if (typed.some(flag => flag === '-h' || flag === '--help')) return ['--help']
  if (typed.includes('--version')) return ['--version']
  const [first] = words
  if (first !== undefined && 'flag' in first)
    throw new UsageError(
      `No command is given: ${first.typed} alone does nothing. See \`${program.name()} --help\`.`,
    )
  return [...argv]
}
