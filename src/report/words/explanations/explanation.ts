/** The content of `explain` for a cause: more than a finding has room for, and independent of any cluster. */

import type {
  Cause,
  DenialSubcause,
  NeverPullSubcause,
  NotFoundSubcause,
  RateLimitSubcause,
} from '../../../diagnosis/finding.ts'

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
