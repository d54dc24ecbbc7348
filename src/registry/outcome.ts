/** What can come of asking a registry, as data: trouble is expected there. Nothing here ever holds a secret. */

/** The part of an image name that a registry is asked for. */
export interface ManifestReference {
  /** As in references: `docker.io`. */
  registry: string
  /** `library/nginx`. */
  repository: string
  tag: string | null
  /** Wins over the tag. */
  digest: string | null
}

/** `refused`: pullguard would not go where the registry pointed; `malformed`: no HTTP, too long, or not what it should be. */
export type UnreachableReason = 'dns' | 'timeout' | 'connection' | 'tls' | 'proxy' | 'refused' | 'malformed'

export type RegistryProblem =
  /** 401 or 403. Docker Hub says so of missing repositories, too: private and absent can't be told apart. */
  | { status: 'denied'; httpStatus: number }
  /** The login itself was refused, by the token server or by a registry that takes Basic. */
  | { status: 'wrong-credential' }
  /** 429; null where the registry does not say when to come back. */
  | { status: 'rate-limited'; retryAfterSeconds: number | null }
  /** `detail`: host and error code. */
  | { status: 'unreachable'; why: UnreachableReason; detail: string }
  | { status: 'server-error'; httpStatus: number; detail: string }

/** Who asked. */
export interface RequestIdentity {
  /** `anonymous` also where a credential was given and nobody asked for it. */
  identity: 'anonymous' | 'credential'
  /** The token realm's host, if the credential was kept from it because it is another site; else null. */
  withheldFrom: string | null
}

export type ManifestOutcome = RequestIdentity &
  (
    | { status: 'found'; digest: string | null; mediaType: string | null }
    | { status: 'not-found' }
    | RegistryProblem
  )

/** The tags of a repository, as far as they were read. */
export type TagsOutcome = RequestIdentity &
  (
    | { status: 'found'; tags: string[]; complete: boolean }
    /** `code` is the registry's own (distribution specification), such as NAME_UNKNOWN; null where it gives none. */
    | { status: 'not-found'; code: string | null }
    | RegistryProblem
  )

export interface Platform {
  os: string
  architecture: string
  variant: string | null
}

export type PlatformsOutcome =
  /** `platforms` is empty where the image does not say. */
  | (RequestIdentity & { status: 'found'; digest: string; platforms: Platform[] })
  /** Docker Hub counts the GET that this needs as a pull, so it is not asked. */
  | { status: 'not-asked' }
  | (RequestIdentity & ({ status: 'not-found' } | RegistryProblem))

/** An account's or address's pulls. Missing headers mean no limit (Docker Hub's documentation). */
export type Quota =
  | {
      status: 'limited'
      limit: number
      /** null where the registry only tells the limit. */
      remaining: number | null
      /** Seconds, from the header; null where it does not say. Never assumed. */
      windowSeconds: number | null
      /** Whose pulls are counted: an address or account id, personal data; null if not told. */
      source: string | null
    }
  | { status: 'unlimited' }

/** `not-told`: only Docker Hub tells a quota. `withheld`: see RequestIdentity. */
export type QuotaOutcome =
  | Quota
  | { status: 'not-told' }
  | { status: 'withheld'; from: string }
  | { status: 'not-found' }
  | RegistryProblem

export type Proof =
  /** `manifest` is null where no image was named to open with it. */
  | { proven: true; quota: QuotaOutcome; manifest: ManifestOutcome | null }
  | {
      proven: false
      why: ProofFailure
      /** For people; empty if `why` says it all. */
      detail: string
    }

export type ProofFailure =
  | 'wrong-credential'
  /** The login is right, the repository is not open to it (or does not exist). */
  | 'no-access'
  /** The token realm is another site, so the credential was not sent. */
  | 'withheld'
  /** The registry never asks for a login, so nothing is proven (and no credential needed). */
  | 'not-asked-for'
  | 'rate-limited'
  | 'unreachable'
  | 'server-error'
