/** What the words of one reason to leave something consist of. */

import type { Declined, Plan } from '../../../plan/plan.ts'
import { shellWord } from '../../escape.ts'
import { scopeFlags } from '../plan.ts'
import type { Step } from '../told.ts'

/** What the words may speak of besides the thing itself. */
export interface DeclinedPlace {
  plan: Plan
  program: string
}

type Code = Declined['code']
export type Of<C extends Code> = Extract<Declined, { code: C }>

interface Words<D> {
  /** A headline for `count` of them; `first` stands for all. */
  title(first: D, count: number): string
  /** What is particular to one, beside its name; empty if nothing is. */
  says(one: D): string
  next(first: D, place: DeclinedPlace): Step | null
}

export type DeclinedWords = { [C in Code]: Words<Of<C>> }

/** The same fix once more, with these flags. */
export const again = (say: string, { plan, program }: DeclinedPlace, flags: string): Step => ({
  say,
  command: `${program} fix ${scopeFlags(plan.scope)} ${flags}`,
})

export const kubectl = (namespace: string, rest: string) => `kubectl -n ${shellWord(namespace)} ${rest}`

/** For what its name says all about. */
export const nothing = () => ''
