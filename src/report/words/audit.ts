/** The words of every rule; one without words does not compile. */

import type { AuditFinding, FindingOf, Rule } from '../../audit/finding.ts'
import { REFERENCE_WORDS } from './audit/references.ts'
import type { RuleWords, WordsOfRules } from './audit/rule-words.ts'
import { SECRET_WORDS } from './audit/secrets.ts'
import { TAG_WORDS } from './audit/tags.ts'
import { WORKLOAD_WORDS } from './audit/workloads.ts'

export const RULE_WORDS: WordsOfRules<Rule> = {
  ...REFERENCE_WORDS,
  ...TAG_WORDS,
  ...SECRET_WORDS,
  ...WORKLOAD_WORDS,
}

/** What is wrong, as a sentence or two. */
export function tell<R extends Rule>(finding: FindingOf<R> | AuditFinding): string {
  const words = RULE_WORDS[finding.rule] as unknown as RuleWords<R>
  return words.tell(finding as FindingOf<R>)
}
