/** The words that each reason to leave something unchanged must have. */

import type { Declined, Plan } from '../../../plan/plan.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../../invocation.ts'
import { scopeFlags } from '../plan.ts'
import type { StepText } from '../step-words.ts'

/** What the words can refer to besides the entry itself. */
export interface DeclinedContext {
  plan: Plan
  invocation: Invocation
}

type Code = Declined['code']
export type DeclinedOf<C extends Code> = Extract<Declined, { code: C }>

interface Words<D> {
  /** A headline for `count` of them; `first` stands for all. */
  title(first: D, count: number): string
  /** What is particular to one, beside its name; empty if nothing is. */
  detail(one: D): string
  next(first: D, context: DeclinedContext): StepText | null
}

export type DeclinedWords = { [C in Code]: Words<DeclinedOf<C>> }

/** The same fix again, with these flags. */
export const rerunFix = (text: string, { plan, invocation }: DeclinedContext, flags: string): StepText => ({
  text,
  command: ownCommand(invocation, `fix ${scopeFlags(plan.scope)} ${flags}`),
})

export const kubectl = ({ invocation }: DeclinedContext, namespace: string, rest: string) =>
  kubectlCommand(invocation, rest, namespace)

/** Where the name is enough. */
export const noDetail = () => ''
