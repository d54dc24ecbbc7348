/** The words of what a plan leaves as it is: why, and what to do instead. */

import type { Declined } from '../../plan/plan.ts'
import type { DeclinedPlace, DeclinedWords } from './declined/declined-words.ts'
import { IMAGES } from './declined/images.ts'
import { LOGINS } from './declined/logins.ts'
import { PODS } from './declined/pods.ts'
import type { Said } from './said.ts'

/** A new reason does not compile until it has its words. */
const WORDS: DeclinedWords = { ...LOGINS, ...PODS, ...IMAGES }

/** The headline for all of one code; `first` stands for them. */
export function declinedTitle(first: Declined, count: number): string {
  // Each code's words take that code's entry; the compiler can't follow the code through the union.
  return WORDS[first.code].title(first as never, count)
}

/** What is particular to one. */
export function declinedSays(one: Declined): string {
  return WORDS[one.code].says(one as never)
}

/** What to do instead; null where nothing can be done. */
export function declinedNext(first: Declined, place: DeclinedPlace): Said | null {
  return WORDS[first.code].next(first as never, place)
}
