/** What `explain` has to say: of each cause, and of each rule of an audit. */

import type { Rule } from '../../audit/finding.ts'
import type { Cause } from '../../diagnosis/finding.ts'
import type { RuleExample } from './audit/rule-words.ts'
import { RULE_WORDS } from './audit.ts'
import { RULES } from './audit-rules.ts'
import { CAUSE_EXPLANATIONS } from './explain/causes.ts'

export interface Explanation {
  name: Cause | Rule
  type: 'cause' | 'rule'
  title: string
  means: string
  /** How to recognize it; null for a rule. */
  sign: string | null
  /** Without a full stop. */
  todo: string
  example: RuleExample | null
}

const CAUSES = Object.keys(CAUSE_EXPLANATIONS) as Cause[]

/** Everything that can be explained, causes first. One name is both: a cause and a rule that foresees it. */
export const EXPLANATIONS: readonly Explanation[] = [
  ...CAUSES.map(name => ({ name, type: 'cause' as const, ...CAUSE_EXPLANATIONS[name], example: null })),
  ...RULES.map(name => {
    const { title, why, todo, example } = RULE_WORDS[name]
    return { name, type: 'rule' as const, title, means: why, sign: null, todo, example }
  }),
]
