/** The subcause of a failed pull: from the text, together with the endpoint and the pod's credential. */

import { isOfficial } from '../image/official-images.ts'
import { fullName, type Reference } from '../image/reference.ts'
import { countsAtHub, hidesMissing, isGoogleCache, relayedRegistry } from '../image/registries.ts'
import { lacksRepository } from './causes/auth-required-or-denied.ts'
import { NO_LATEST, OLD_DOCKER, upstreamError } from './causes/image-not-found.ts'
import { isHubLimit, isLimitOfMinutes, limitShownIn, namesLimit } from './causes/rate-limited.ts'
import type { CredentialStatus } from './credential/credential-report.ts'
import { mayBeOfExpiredLogin } from './credential/secret-age.ts'
import type { Cause, NeverPullSubcause, NotFoundSubcause, RateLimitSubcause, Subcause } from './finding.ts'
import { denialOf } from './refusal/denial.ts'
import { knewIdentity } from './refusal/denial-words.ts'
import type { Endpoint } from './text/endpoint.ts'
import type { PullError } from './text/pull-error.ts'

/** The facts of one failed pull besides its cause. */
interface SubcauseFacts {
  /** The error that decided the cause; null without a text. */
  error: PullError | null
  reference: Reference | null
  endpoint: Endpoint | null
  credential: CredentialStatus
  /** Whether the login that was sent had expired by its own claim. */
  expired: boolean
  /** Whether the node lists the image, and whether its kubelet verifies images, as far as known; matters for policy Never. */
  onNode: boolean
  verifies: boolean | null
}

/** How to find the subcause, for the causes that have any. */
const SUBCAUSES: { [C in Cause]?: (facts: SubcauseFacts) => Subcause | null } = {
  'rate-limited': limitOf,
  'auth-required-or-denied': deniedOf,
  'image-not-found': missingOf,
  'never-pull': neverOf,
}

/** null for a cause that has no subcauses. */
export function subcauseOf(cause: Cause, facts: SubcauseFacts): Subcause | null {
  return SUBCAUSES[cause]?.(facts) ?? null
}

function deniedOf({ error, reference, endpoint, credential, expired }: SubcauseFacts): Subcause {
  const { masked = '', text = '', status = null } = error ?? {}
  const shown = denialOf({ masked, text, status, reference, endpoint, credential })
  // A caller that is known had a valid login, such as that of the node's role.
  return expired && mayBeOfExpiredLogin(shown) && !knewIdentity(text) ? 'credential-refused' : shown
}

/** Docker Hub's older message is the same for everyone: the pod's credential decides who was counted, unless a mirror made the request. */
function limitOf({ reference, endpoint, credential, error }: SubcauseFacts): RateLimitSubcause {
  if (error === null) return 'unspecified'
  const { text, masked, forToken } = error
  const inText = limitShownIn(error)
  const ofHub = reference === null || countsAtHub(reference.registry)
  // A cache passes on what Docker Hub says of the cache's own pulls.
  if (!ofHub && isHubLimit(text)) return 'unspecified'
  if (inText !== 'unspecified' || reference === null || !ofHub) return inText
  if (isLimitOfMinutes(text)) return 'unspecified'
  // Pulls are counted at the manifest, so what the token server counts is requests.
  if (forToken && !namesLimit(masked)) return 'abuse'
  // Without a message, the limit may also be the one on requests, which is the same for everyone.
  if (endpoint?.role === 'mirror' || !namesLimit(masked)) return inText
  return credential === 'none' ? 'anonymous' : credential === 'usable' ? 'account' : 'unspecified'
}

/** Words of a cache about its upstream. */
const OF_CACHE = /\bupstream\b|\bproxy cache\b|\bremote repositor/
/** A request to a mirror names the registry that it stands for (containerd/containerd, docs/hosts.md). */
const OF_MIRROR = /\/manifests\/[^\s"?]{1,200}\?[^\s"]{0,200}\bns=/
const NO_REPOSITORY =
  /\bname[_ ]unknown\b|\bunknown repository\b|\brepository\b.{0,60}\b(?:not found|does(?: not|n't) exist|not known|unknown)|\bproject\b.{0,60}\bnot found\b|\bno such repository\b/
const NO_TAG =
  /\bmanifest[_ ]unknown\b|\bmanifest for\b.{0,40}\bnot found\b|\bunknown (?:manifest|tag)\b|\btag\b.{0,60}\b(?:not found|does(?: not|n't) exist|unknown|was deleted|expired)/

/** What is missing. A registry that answers missing repositories with a refusal can only mean the tag. */
function missingOf({ error, reference, endpoint }: SubcauseFacts): NotFoundSubcause {
  const { masked = '', text = '', ofMirror = false } = error ?? {}
  // A pause image that the runtime looked for on the node only.
  if (masked.endsWith('failed to get sandbox image ‹name›: image ‹name› not found')) return 'unspecified'
  const isRelayed =
    reference !== null && (relayedRegistry(reference) !== null || isGoogleCache(reference.registry))
  // A cache's answer about its upstream proves nothing about the image.
  const isCache = ofMirror || isRelayed || OF_CACHE.test(masked) || OF_MIRROR.test(text)
  if (endpoint?.role === 'mirror' || isCache || upstreamError(text) !== null) return 'not-in-mirror'
  if (NO_REPOSITORY.test(masked) || (error !== null && lacksRepository(error))) return 'repository'
  const isOwn = reference !== null && !isOfficial(fullName(reference))
  if (OLD_DOCKER.test(masked) && isOwn) return 'unspecified'
  const isTag = NO_LATEST.test(masked) || NO_TAG.test(masked)
  return isTag || (reference !== null && hidesMissing(reference.registry)) ? 'tag' : 'unspecified'
}

/** A kubelet that verifies says the same of both; a node's list of images may be incomplete. */
function neverOf({ onNode, verifies }: SubcauseFacts): NeverPullSubcause | null {
  if (onNode) return verifies === false ? null : 'not-verified'
  return verifies === false ? 'not-present' : null
}
