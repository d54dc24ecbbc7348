/** The words that each audit rule must have. */

import type { FindingOf, Rule } from '../../../audit/finding.ts'

/** Lines of a manifest, before and after the fix. */
interface RuleExample {
  before: string
  after: string
}

export interface RuleWords<R extends Rule> {
  /** A headline without a period. */
  title: string
  /** What is wrong here, in one or two sentences. */
  sentence(finding: FindingOf<R>): string
  /** Why it matters, for findings and for `explain`. */
  why: string
  /** What to do about it, without a period. */
  todo: string
  /** null if the remedy is not in a manifest. */
  example: RuleExample | null
}

export type WordsOfRules<Rules extends Rule> = { [R in Rules]: RuleWords<R> }
