/** The outcomes of registry requests as data, failures included. Nothing here contains a secret. */

import type { QuotaAnswer } from '../snapshot/hub-quota.ts'
import type { ProofFailure } from '../snapshot/registry-answers.ts'

/** The parts of an image name in a registry request. */
export interface ManifestReference {
  /** As in references: `docker.io`. */
  registry: string
  /** `library/nginx`. */
  repository: string
  tag: string | null
  /** Takes precedence over the tag. */
  digest: string | null
}

/** `refused`: pullguard does not follow the registry's redirect; `malformed`: not HTTP, too long, or otherwise invalid. */
export type UnreachableReason = 'dns' | 'timeout' | 'connection' | 'tls' | 'proxy' | 'refused' | 'malformed'

export type RegistryProblem =
  /** 401 or 403. Docker Hub answers the same for missing and private repositories. `lacksScope`: its token was accepted, but is not for that repository. */
  | { status: 'denied'; httpStatus: number; lacksScope?: true }
  /** The login itself was refused, by the token server or by a registry that uses Basic authentication. */
  | { status: 'wrong-credential' }
  /** 429; null without a Retry-After header. */
  | { status: 'rate-limited'; retryAfterSeconds: number | null }
  /** `detail`: host and error code. */
  | { status: 'unreachable'; why: UnreachableReason; detail: string }
  /** `isWebPage`: a login portal or proxy answered every request with HTML, also with status 200. */
  | { status: 'server-error'; httpStatus: number; detail: string; isWebPage?: true }

/** The identity that a request was made with. */
export interface RequestIdentity {
  /** Also `anonymous` if a credential was given but the registry did not ask for one. */
  identity: 'anonymous' | 'credential'
  /** The token realm's host, if the credential was not sent because the realm is another site; else null. */
  withheldFrom: string | null
}

export type ManifestOutcome = RequestIdentity &
  (
    | { status: 'found'; digest: string | null; mediaType: string | null }
    | { status: 'not-found' }
    | RegistryProblem
  )

/** The tags of a repository that were read. */
export type TagsOutcome = RequestIdentity &
  (
    | { status: 'found'; tags: string[]; complete: boolean }
    /** `code` is the registry's error code (distribution specification), such as NAME_UNKNOWN; null if it sent none. */
    | { status: 'not-found'; code: string | null }
    | RegistryProblem
  )

export interface Platform {
  os: string
  architecture: string
  variant: string | null
}

export type PlatformsOutcome =
  /** `platforms` is empty if the image does not name any. */
  | (RequestIdentity & { status: 'found'; digest: string; platforms: Platform[] })
  /** Not requested, because Docker Hub counts the necessary GET as a pull. */
  | { status: 'not-asked' }
  | (RequestIdentity & ({ status: 'not-found' } | RegistryProblem))

/** An account's or address's pulls. Missing headers mean no limit (Docker Hub's documentation). */
export type Quota = Extract<QuotaAnswer, { status: 'limited' | 'unlimited' }>

/** `not-reported`: only Docker Hub sends a quota; another registry, or a cache in its place, may not. `withheld`: see RequestIdentity. */
export type QuotaOutcome =
  | Quota
  | { status: 'not-reported' }
  | { status: 'withheld'; from: string }
  | { status: 'not-found' }
  | RegistryProblem

export type LoginProof =
  /** `manifest` is null if no image was given to check. */
  | { proven: true; quota: QuotaOutcome; manifest: ManifestOutcome | null }
  | {
      proven: false
      why: ProofFailure
      /** For display; empty if `why` is enough. */
      detail: string
    }
