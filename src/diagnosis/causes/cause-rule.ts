/** What a rule is: it looks at one attempt's error and says whether it is this cause. */

import type { Cause, Subcause } from '../finding.ts'
import type { PullError } from '../pull-error.ts'

export interface Judgement {
  subcause: Subcause | null
}

export interface CauseRule {
  cause: Cause
  /** null: the text does not speak of this cause. */
  judge(error: PullError): Judgement | null
}

export const FITS: Judgement = { subcause: null }

/** A rule that only needs to find one of these expressions in what was said. */
export function ruleOf(cause: Cause, ...patterns: RegExp[]): CauseRule {
  return { cause, judge: ({ masked }) => (patterns.some(pattern => pattern.test(masked)) ? FITS : null) }
}
