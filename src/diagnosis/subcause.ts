/** The subcause of a failed pull: what the words prove, together with who answered and what the pod had to show. */

import { isDockerHub } from '../image/docker-hub.ts'
import type { Reference } from '../image/reference.ts'
import { denialOf, hidesMissing } from './denial.ts'
import type { Endpoint } from './endpoint.ts'
import type {
  Cause,
  CredentialStatus,
  NeverPullSubcause,
  NotFoundSubcause,
  RateLimitSubcause,
  Subcause,
} from './finding.ts'
import type { PullError } from './pull-error.ts'

/** What is known of one failed pull besides its cause. */
export interface PullFacts {
  /** The error that tells; null where nothing was said. */
  error: PullError | null
  /** The rule's own subcause, where the words alone tell it. */
  textSubcause: Subcause | null
  reference: Reference | null
  endpoint: Endpoint | null
  credential: CredentialStatus
  /** For policy Never: the node lists the image. */
  onNode: boolean
}

/** The causes that have subcauses; any other has none. A cause that is given some has to be given its rule here. */
const SUBCAUSES: { [C in Cause]?: (facts: PullFacts) => Subcause | null } = {
  'rate-limited': limitOf,
  'auth-required-or-denied': ({ error, reference, endpoint, credential }) =>
    denialOf({
      masked: error?.masked ?? '',
      text: error?.text ?? '',
      status: error?.status ?? null,
      reference,
      endpoint,
      credential,
    }),
  'image-not-found': missingOf,
  'never-pull': neverOf,
}

/** null for a cause that has no subcauses. */
export function subcauseOf(cause: Cause, facts: PullFacts): Subcause | null {
  return SUBCAUSES[cause]?.(facts) ?? null
}

/** Docker Hub's older sentence is the same for everybody; what the pod had to show tells who was counted, unless a mirror asked for it. */
function limitOf({ textSubcause, reference, endpoint, credential }: PullFacts): RateLimitSubcause {
  const inText = (textSubcause ?? 'unspecified') as RateLimitSubcause
  if (inText !== 'unspecified' || reference === null || !isDockerHub(reference.registry)) return inText
  if (endpoint?.role === 'mirror') return inText
  return credential === 'none' ? 'anonymous' : credential === 'usable' ? 'account' : 'unspecified'
}

/** What a registry says is not there; one that hides missing repositories behind a refusal can only mean the tag. */
function missingOf({ error, reference, endpoint }: PullFacts): NotFoundSubcause {
  const masked = error?.masked ?? ''
  // A cache's word on what its upstream has is no more than that.
  if (endpoint?.role === 'mirror' || /\bupstream\b|\bproxy cache\b|\bremote repositor/.test(masked))
    return 'not-in-mirror'
  if (
    /\bname[_ ]unknown\b|\bunknown repository\b|\brepository\b.{0,60}\b(?:not found|does(?: not|n't) exist|not known|unknown)|\bproject\b.{0,60}\bnot found\b|\bno such repository\b/.test(
      masked,
    )
  )
    return 'repository'
  if (
    /\bmanifest[_ ]unknown\b|\bmanifest for\b.{0,40}\bnot found\b|\bunknown (?:manifest|tag)\b|\btag\b.{0,60}\b(?:not found|does(?: not|n't) exist|unknown|was deleted|expired)/.test(
      masked,
    )
  )
    return 'tag'
  return reference !== null && hidesMissing(reference.registry) ? 'tag' : 'unspecified'
}

function neverOf({ onNode }: PullFacts): NeverPullSubcause | null {
  return onNode ? 'not-verified' : null
}
