/** Declares flags for commander, and puts them under the headings of a command's help. */

import { type Command, Option } from 'commander'

/** What else there is to say of a flag, besides its names and its description. */
interface FlagRules {
  /** The only values that it takes. */
  choices?: readonly string[]
  /** Converts a value. @param before what an earlier use of the flag was converted to */
  parse?: (text: string, before: never) => unknown
  default?: unknown
  /** The default as the help shows it. */
  shownDefault?: string
  /** What the flag means without its optional value. */
  preset?: string
  /** The options that it can't be combined with, by commander's names. */
  conflicts?: string[]
}

/** Declares one flag. @param names in commander's notation, such as `-o, --output <format>` */
export function flag(names: string, description: string, rules: FlagRules = {}): Option {
  const { choices, parse, default: usual, shownDefault, preset, conflicts = [] } = rules
  const option = new Option(names, description).conflicts(conflicts)
  if (choices !== undefined) option.choices(choices)
  if (parse !== undefined) option.argParser(parse as (text: string, before: unknown) => unknown)
  if (preset !== undefined) option.preset(preset)
  return option.default(usual, shownDefault)
}

/** Puts flags under a heading of the help. */
export function group(heading: string, flags: readonly Option[]): Option[] {
  return flags.map(option => option.helpGroup(heading))
}

/** Hides flags that most commands share: only `pullguard options` lists them. */
export function unlisted(flags: readonly Option[]): Option[] {
  return flags.map(option => option.hideHelp())
}

/** Adds the flags in the order of the help. */
export function addFlags(command: Command, flags: readonly Option[]): Command {
  for (const option of flags) command.addOption(option)
  return command
}
