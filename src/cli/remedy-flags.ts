/** The flags of `fix` that choose or decline a remedy, made from each remedy's rules. */

import { type Command, Option, type OptionValues } from 'commander'
import type { Remedy } from '../diagnosis/remedy.ts'
import { EACH_REMEDY } from '../plan/remedies/index.ts'
import type { RemedyFlag } from '../plan/remedies/remedy-rules.ts'
import { REMEDY_WORDS } from '../report/words/remedies.ts'
import { repeatable } from './flags.ts'

/** Adds one flag a remedy. */
export function addRemedyFlags(command: Command): Command {
  for (const [remedy, { flag }] of EACH_REMEDY) command.addOption(optionOf(flag, REMEDY_WORDS[remedy].help))
  return command
}

function optionOf(flag: RemedyFlag, help: string): Option {
  switch (flag.takes) {
    case 'refusal':
      return new Option(`--no-${flag.name}`, help)
    case 'nothing':
      return new Option(`--${flag.name}`, help)
    case 'choice':
      return new Option(`--${flag.name} <${flag.value}>`, help).choices(flag.choices)
    case 'list':
      return new Option(`--${flag.name} <${flag.value}>`, help).argParser(repeatable)
  }
}

/** The remedies whose flags were given, with the flags' values. */
export function remediesAskedFor(options: OptionValues): Map<Remedy, readonly string[]> {
  const asked = new Map<Remedy, readonly string[]>()
  for (const [remedy, { flag }] of EACH_REMEDY) {
    const value: unknown = options[optionOf(flag, '').attributeName()]
    if (flag.takes === 'refusal' || value === undefined) continue
    asked.set(remedy, value === true ? [] : [value as string | string[]].flat())
  }
  return asked
}

/** Each flag with commander's attribute name and its default. */
export const REMEDY_FLAGS = EACH_REMEDY.map(([, { flag }]): [name: string, flag: string, usual?: unknown] => {
  const option = optionOf(flag, '')
  return [option.attributeName(), option.long ?? '', flag.takes === 'refusal' ? true : undefined]
})
