/** A rule recognizes one cause in one attempt's error. */

import type { Cause } from '../finding.ts'
import type { PullError } from '../text/pull-error.ts'

export interface CauseRule<Of extends Cause = Cause> {
  cause: Of
  matches(error: PullError): boolean
}

/** A rule that applies if one of these patterns matches the masked text. */
export function ruleOf<Of extends Cause>(cause: Of, ...patterns: RegExp[]): CauseRule<Of> {
  return { cause, matches: ({ masked }) => matchesAny(masked, patterns) }
}

export function matchesAny(text: string, patterns: readonly RegExp[]): boolean {
  return patterns.some(pattern => pattern.test(text))
}
