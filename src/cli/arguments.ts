/**
 * Rearranges a command line into the one form that commander reads: the command first, then each flag with its value, then the arguments.
 */

import type { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'

/** The values that Go's strconv.ParseBool accepts, as for kubectl's boolean flags. */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True']
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/**
 * Accepts flags anywhere, even before the command (kubectl accepts none of its own before a plugin's name), with values in kubectl's forms:
 * `-o json`, `-o=json`, `-ojson`, `--output=json`, `-A=true`. If a boolean flag is repeated, the last one wins.
 * @param argv the arguments without node and script
 * @returns the same command line with the command as its first word; unknown flags are kept, so that commander rejects them
 * @throws UsageError for flags without a command, and for a boolean flag with a value other than true or false
 */
export function arrangeArguments(argv: readonly string[], program: Command): string[] {
  const { words, command } = readWords(argv, program)
  if (command === undefined) return withoutCommand(argv, words, program)
  const operands = words.flatMap(word => ('operand' in word ? [word.operand] : []))
  // Report a mistyped command, not its flags.
  if (command === null) return operands.slice(0, 1)
  const flags = lastOfEach(words).flatMap(word => written(word, command))
  // Everything after `--` is an argument, even if it looks like a flag.
  const dashed = operands.slice(1).some(operand => operand.startsWith('-') && operand !== '-') ? ['--'] : []
  return [command.name(), ...flags, ...dashed, ...operands.slice(1)]
}

/** `value` is null if the flag was given without one. */
type Word = { operand: string } | { unknown: string } | { flag: Option; typed: string; value: string | null }
type FlagWord = Extract<Word, { flag: Option }>

interface ReadArguments {
  words: Word[]
  /** The last flag, if its value is still missing. */
  open: Option | null
  /** undefined: no command is given; null: there is no command with that name. */
  command: Command | null | undefined
}

/** Reads word by word, also for completion. Until the command is known, a flag is read as in the commands that have it. */
export function readWords(argv: readonly string[], program: Command): ReadArguments {
  return new ArgumentReader(argv, program).readAll()
}

class ArgumentReader {
  readonly #program: Command
  /** The words that are not read yet. */
  readonly #rest: string[]
  readonly #words: Word[] = []
  #command: Command | null | undefined
  #open: Option | null = null

  constructor(argv: readonly string[], program: Command) {
    this.#program = program
    this.#rest = [...argv]
  }

  readAll(): ReadArguments {
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) this.#read(word)
    return { words: this.#words, command: this.#command, open: this.#open }
  }

  #read(word: string): void {
    if (word === '--') for (const operand of this.#rest.splice(0)) this.#readOperand(operand)
    else if (word.startsWith('--')) this.#readLong(word)
    else if (word.startsWith('-') && word !== '-') this.#readShort(word)
    else this.#readOperand(word)
  }

  /** The first operand is the command. */
  #readOperand(operand: string): void {
    if (this.#command === undefined) this.#command = commandNamed(operand, this.#program) ?? null
    this.#words.push({ operand })
  }

  #readLong(word: string): void {
    const [name = '', ...values] = word.split('=')
    const flag = this.#flagNamed(name)
    if (flag === undefined) this.#skipUnknown(word)
    else this.#add(flag, name, values.length > 0 ? values.join('=') : undefined)
  }

  /** Reads `-A`, `-nweb`, `-n=web`, and combined flags such as `-An web`. */
  #readShort(word: string): void {
    const name = word.slice(0, 2)
    const flag = this.#flagNamed(name)
    const more = word.slice(2)
    if (flag === undefined) this.#skipUnknown(word)
    else if (more.startsWith('=')) this.#add(flag, name, more.slice(1))
    else if (flag.required) this.#add(flag, name, more === '' ? undefined : more)
    else {
      this.#add(flag, name, undefined)
      if (more !== '') this.#readShort(`-${more}`)
    }
  }

  #flagNamed(name: string): Option | undefined {
    const own = this.#command ? flagNamed(name, [this.#command]) : undefined
    return own ?? flagNamed(name, this.#program.commands)
  }

  #add(flag: Option, typed: string, attached: string | undefined): void {
    const next = attached === undefined && takesNext(flag, this.#rest[0]) ? this.#rest.shift() : undefined
    const value = attached ?? next ?? null
    if (flag.required && value === null) this.#open = flag
    this.#words.push({ flag, typed, value })
  }

  /** Before the command, the next word is assumed to be an unknown flag's value unless it is a command. */
  #skipUnknown(word: string): void {
    this.#words.push({ unknown: word })
    const [next] = this.#rest
    if (next === undefined || this.#command !== undefined) return
    if (!next.startsWith('-') && !commandNamed(next, this.#program)) this.#rest.shift()
  }
}

function takesNext(flag: Option, next: string | undefined): boolean {
  if (next === undefined) return false
  // An optional value is taken only if it is one of the flag's choices: the next word may be an argument.
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

/** Returns `--color` for `--no-color`, which can also be given as `--color=false`. */
function opposite(long: string | undefined): string | undefined {
  return long?.startsWith('--no-') ? `--${long.slice('--no-'.length)}` : undefined
}

function isBoolean(flag: Option): boolean {
  return !flag.required && !flag.optional
}

/** Drops boolean flags that are repeated later. */
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
  // A flag of another command: commander rejects it and quotes it as it was typed.
  if (!command.options.some(({ long }) => long === flag.long)) return [typed]
  if (isBoolean(flag)) return isSet(word) ? [flag.long ?? typed] : []
  // A flag with an optional value would take the argument after it.
  const given = value ?? flag.presetArg
  return [given == null ? typed : `${flag.long}=${given}`]
}

function isSet({ flag, typed, value }: FlagWord): boolean {
  const given = value ?? 'true'
  if (!TRUE.includes(given) && !FALSE.includes(given))
    throw new UsageError(`${typed} takes true or false, not "${given}".`)
  return TRUE.includes(given) === (typed !== opposite(flag.long))
}

/** Only help and version work without a command. */
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
