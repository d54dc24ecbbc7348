/** What `explain` tells of a cause: more than a finding has room for, and nothing that depends on a cluster. */

import type {
  Cause,
  DenialSubcause,
  NeverPullSubcause,
  NotFoundSubcause,
  RateLimitSubcause,
} from '../../../diagnosis/finding.ts'

/** The causes that have subcauses, with those. */
interface Subcauses {
  'rate-limited': RateLimitSubcause
  'auth-required-or-denied': DenialSubcause
  'image-not-found': NotFoundSubcause
  'never-pull': NeverPullSubcause
}

interface CauseExplanation<Sub extends string = never> {
  /** A headline, without a full stop. */
  title: string
  /** What it is, in whole sentences. */
  is: string
  /** How to tell it from what looks alike. */
  tell: string
  /** What to do, the first thing first. */
  todo: readonly string[]
  /** What the kubelet typically reports. */
  example: string
  /** What each subcause means. */
  subcauses: Record<Sub, string>
}

/** A cause or a subcause without its explanation does not compile. */
export type CauseExplanations = {
  [C in Cause]: CauseExplanation<C extends keyof Subcauses ? Subcauses[C] : never>
}
