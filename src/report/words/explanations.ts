/** Everything that `explain` can explain, whether cause or rule, in one shape. */

import type { Rule } from '../../audit/finding.ts'
import type { Cause } from '../../diagnosis/finding.ts'
import { RULE_WORDS, RULES } from './audit.ts'
import type { CauseExplanations } from './explanations/explanation.ts'
import { FAILURES } from './explanations/failures.ts'
import { REFUSALS } from './explanations/refusals.ts'

export interface Explanation {
  kind: 'cause' | 'rule'
  name: string
  title: string
  is: string
  howToTell: string
  whatToDo: readonly string[]
  example: string | null
  subcauses: { name: string; is: string }[]
}

const CAUSES: CauseExplanations = { ...REFUSALS, ...FAILURES }

/** The names that can be explained. */
export const CAUSE_NAMES: readonly string[] = Object.keys(CAUSES)

/** Returns all explanations, causes in the order of the documentation, then audit rules. `names` are the causes. */
export function explanationsOf(names: readonly Cause[]): Explanation[] {
  const causes = names.map((name): Explanation => {
    const { title, is, howToTell, todo, example, subcauses } = CAUSES[name]
    return {
      kind: 'cause',
      name,
      title,
      is,
      howToTell,
      whatToDo: todo,
      example,
      subcauses: Object.entries<string>(subcauses).map(([sub, means]) => ({ name: sub, is: means })),
    }
  })
  return [...causes, ...RULES.map(ruleExplained)]
}

function ruleExplained(name: Rule): Explanation {
  const { title, why, todo, example } = RULE_WORDS[name]
  return {
    kind: 'rule',
    name,
    title,
    is: why,
    howToTell: '`pullguard audit` finds it.',
    whatToDo: [`${todo}.`],
    example: example === null ? null : `${example.before}\n# better:\n${example.after}`,
    subcauses: [],
  }
}
