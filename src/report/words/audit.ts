/** The words that each audit rule must have, and those of all rules. A rule without words does not compile. */

import type { AuditFinding, FindingOf, Rule } from '../../audit/finding.ts'
import { IMAGE_WORDS } from './audit/images.ts'
import { SECRET_WORDS } from './audit/secrets.ts'
import { WORKLOAD_WORDS } from './audit/workloads.ts'

/** Lines of a manifest, before and after the fix. */
interface RuleExample {
  before: string
  after: string
}

interface RuleWords<R extends Rule> {
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

export const RULE_WORDS: WordsOfRules<Rule> = {
  ...IMAGE_WORDS,
  ...SECRET_WORDS,
  ...WORKLOAD_WORDS,
}

/** Returns what is wrong, in one or two sentences. */
export function findingText<R extends Rule>(finding: FindingOf<R> | AuditFinding): string {
  const words = RULE_WORDS[finding.rule] as unknown as RuleWords<R>
  return words.sentence(finding as FindingOf<R>)
}

/** The names of all rules, in the order of the words. */
export const RULES = Object.keys(RULE_WORDS) as Rule[]
