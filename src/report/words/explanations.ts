/**
 * Everything that `explain` can explain, whether cause or rule, in one shape: more than a finding has room for, and independent of any
 * cluster.
 */

import type { Rule } from '../../audit/finding.ts'
import type {
  Cause,
  DenialSubcause,
  NeverPullSubcause,
  NotFoundSubcause,
  RateLimitSubcause,
} from '../../diagnosis/finding.ts'
import { RULE_WORDS, RULES } from './audit.ts'
import { FAILURES } from './explanations/failures.ts'
import { REFUSALS } from './explanations/refusals.ts'

/** Causes with subcauses, each with the type of these. */
interface Subcauses {
  'rate-limited': RateLimitSubcause
  'auth-required-or-denied': DenialSubcause
  'image-not-found': NotFoundSubcause
  'never-pull': NeverPullSubcause
}

interface CauseExplanation<Sub extends string = never> {
  /** A headline without a period. */
  title: string
  /** What it is, in complete sentences. */
  is: string
  /** How to distinguish it from similar causes. */
  howToTell: string
  /** What to do, in order. */
  todo: readonly string[]
  /** A typical message from the kubelet. */
  example: string
  /** What each subcause means. */
  subcauses: Record<Sub, string>
}

/** A cause or subcause without an explanation does not compile. */
export type CauseExplanations = {
  [C in Cause]: CauseExplanation<C extends keyof Subcauses ? Subcauses[C] : never>
}

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
