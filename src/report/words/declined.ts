/** The words of what a plan leaves unchanged: why, and what to do instead. */

import type { Declined } from '../../plan/plan.ts'
import { LOGINS } from './declined/declined-logins.ts'
import type { DeclinedContext, DeclinedWords } from './declined/declined-words.ts'
import { WORKLOADS } from './declined/declined-workloads.ts'
import type { StepText } from './steps.ts'

/** A new reason does not compile until it has words. */
const WORDS: DeclinedWords = { ...LOGINS, ...WORKLOADS }

/** Returns the headline for all entries with one code; `first` represents them. */
export function declinedTitle(first: Declined, count: number): string {
  // Each code's words take that code's entry; the compiler can't follow the code through the union.
  return WORDS[first.code].title(first as never, count)
}

/** Returns what is specific to one entry. */
export function declinedDetail(one: Declined): string {
  return WORDS[one.code].detail(one as never)
}

/** Returns what to do instead; null if nothing can be done. */
export function declinedNextStep(first: Declined, context: DeclinedContext): StepText | null {
  return WORDS[first.code].next(first as never, context)
}
