/** A rule recognizes one cause in one attempt's error. */

import type { Cause, Subcause } from '../finding.ts'
import type { PullError } from '../text/pull-error.ts'

interface Judgement {
  subcause: Subcause | null
}

export interface CauseRule<Of extends Cause = Cause> {
  cause: Of
  /** null if the error is not of this cause. */
  judge(error: PullError): Judgement | null
}

export const MATCHES: Judgement = { subcause: null }

/** A rule that applies if one of these patterns matches the masked text. */
export function ruleOf<Of extends Cause>(cause: Of, ...patterns: RegExp[]): CauseRule<Of> {
  return { cause, judge: ({ masked }) => (patterns.some(pattern => pattern.test(masked)) ? MATCHES : null) }
}
