/** The words of what a plan leaves unchanged: why, and what to do instead. */

import type { Declined, Plan } from '../../plan/plan.ts'
import type { Invocation } from '../invocation.ts'
import { LOGINS } from './declined/declined-logins.ts'
import { WORKLOADS } from './declined/declined-workloads.ts'
import type { StepText } from './step-words.ts'

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
  /** What is specific to one entry, next to its name; absent if the name is enough. */
  detail?(one: D): string
  next(first: D, context: DeclinedContext): StepText | null
}

export type DeclinedWords = { [C in Code]: Words<DeclinedOf<C>> }

/** A new reason does not compile until it has words. */
const WORDS: DeclinedWords = { ...LOGINS, ...WORKLOADS }

/** Returns a key for entries that share a headline and a next step. */
export function declinedKind(one: Declined): string {
  switch (one.code) {
    case 'managed':
      return JSON.stringify([one.code, one.change.managedBy])
    case 'unread-account':
      return `${one.code} ${one.gap.why}`
    case 'no-credential':
    case 'unnamed-registry':
    case 'unneeded-login':
    case 'unproven-login':
      return `${one.code} ${one.registry}`
    case 'malformed-secret':
      return `${one.code} ${one.secret} ${one.target.namespace}`
    case 'custom-controller':
      return `${one.code} ${one.controller.kind}`
    case 'foreign-secret':
      return JSON.stringify([one.code, one.type, one.owner])
    case 'no-replacement':
      return `${one.code} ${one.absent}`
    case 'made-pod':
      return `${one.code} ${one.maker}`
    case 'job-would-fail':
      return `${one.code} ${one.limit}`
    case 'ending-object':
      return `${one.code} ${one.target.kind}`
    case 'no-remedy':
      return `${one.code} ${one.cause}`
    default:
      return one.code
  }
}

/** Returns the headline for all entries of one kind; `first` represents them. */
export function declinedTitle(first: Declined, count: number): string {
  // Each code's words take that code's entry; the compiler can't follow the code through the union.
  return WORDS[first.code].title(first as never, count)
}

/** Returns what is specific to one entry; empty if its name is enough. */
export function declinedDetail(one: Declined): string {
  return WORDS[one.code].detail?.(one as never) ?? ''
}

/** Returns what to do instead; null if nothing can be done. */
export function declinedNextStep(first: Declined, context: DeclinedContext): StepText | null {
  return WORDS[first.code].next(first as never, context)
}
