/** The words that each reason for leaving something unchanged must have. */

import type { Declined, Plan } from '../../../plan/plan.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../../invocation.ts'
import { scopeFlags } from '../plan.ts'
import type { StepText } from '../steps.ts'

/** Context for the words in addition to the entry. */
export interface DeclinedContext {
  plan: Plan
  invocation: Invocation
}

type Code = Declined['code']
export type DeclinedOf<C extends Code> = Extract<Declined, { code: C }>

interface Words<D> {
  /** A headline for `count` entries; `first` represents all. */
  title(first: D, count: number): string
  /** What is specific to one entry, next to its name; empty if nothing is. */
  detail(one: D): string
  next(first: D, context: DeclinedContext): StepText | null
}

export type DeclinedWords = { [C in Code]: Words<DeclinedOf<C>> }

/** Suggests the same fix again, with these flags. */
export const rerunFix = (text: string, { plan, invocation }: DeclinedContext, flags: string): StepText => ({
  text,
  command: ownCommand(invocation, `fix ${scopeFlags(plan.scope)} ${flags}`),
})

export const kubectl = ({ invocation }: DeclinedContext, namespace: string, rest: string) =>
  kubectlCommand(invocation, rest, namespace)

/** For entries whose name is enough. */
export const noDetail = () => ''
