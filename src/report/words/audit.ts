/** The words of every audit rule. A rule without words does not compile. */

import type { AuditFinding, FindingOf, Rule } from '../../audit/finding.ts'
import { IMAGE_WORDS } from './audit/images.ts'
import type { RuleWords, WordsOfRules } from './audit/rule-words.ts'
import { SECRET_WORDS } from './audit/secrets.ts'
import { WORKLOAD_WORDS } from './audit/workloads.ts'

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
