/** What a registry answered about an image when asked by HEAD, and who asked. Free of secrets. */

/** The answer to one asker. */
export type ImageAnswer =
  | 'exists'
  /** 404. */
  | 'missing'
  /** 401 or 403: not for this asker. Many registries say so of what does not exist, too. */
  | 'denied'
  /** The login itself was refused: wrong or expired. */
  | 'login-refused'
  /** The registry sends logins to another site, which this one was kept from: so nothing was proven with it. */
  | 'withheld'
  /** 429. */
  | 'rate-limited'
  /** No answer, from this machine. */
  | 'unreachable'
  /** An answer that says nothing of the image, such as a 500. */
  | 'failed'

/** One question to the registry. */
export interface ImageAsk {
  /** `pod`: with a pull secret of the pod, as the kubelet would; `machine`: with a login of the machine that pullguard runs on. */
  as: 'anonymous' | 'pod' | 'machine'
  /** The pull secret that the login came from; only for `pod`. */
  secret: { namespace: string; name: string } | null
  /** null without a login. */
  username: string | null
  answer: ImageAnswer
  /** Host and error code or status of what went wrong; null where `answer` says it all. */
  detail: string | null
  /** Seconds to wait, where a registry that takes no more requests says so. */
  retryAfterSeconds: number | null
}

/**
 * What is known of the repository itself. `there`: proven by an image or its list of tags, or listed at Docker Hub. `absent`: the registry
 * says that there is none. `not-public`: Docker Hub lists none of that name, so it is missing or private.
 */
export type RepositoryState = 'there' | 'absent' | 'not-public' | 'unknown'

/** Why the registry was not asked. `internal-address`: a name from a cluster must not make this machine look into its own network. */
export type UnaskedReason = 'too-many' | 'out-of-time' | 'internal-address' | 'no-host'

/** One image, asked for once, however many pods want it. */
export interface ImageCheck {
  /** As Kubernetes reads it. */
  reference: string
  /** The host that was asked, which `--registry-endpoint` may have put in the registry's place. */
  host: string
  /** In the order of asking; empty where `unasked` says why. */
  asks: ImageAsk[]
  unasked: UnaskedReason | null
  repository: RepositoryState
  /** Existing tags near the one that is missing, nearest first; null where they were not or could not be listed. */
  nearTags: string[] | null
  /** The one of them that the missing tag reads like with a typo, as `1.27-alpine` for `1.27-alpne`; null where none does. */
  likelyTag: string | null
  /** Whether all tags were looked at; null where none were. */
  tagsComplete: boolean | null
  /** Public repositories near the one that is missing, as written in a reference without its registry; null where they can't be listed. */
  nearRepositories: string[] | null
  /** What the tag points to now. */
  digest: string | null
  /** `linux/arm64`; null where it was not asked for or can't be known without a pull. */
  platforms: string[] | null
  /** The image that is known to have taken its place. */
  replacement: ImageCheck | null
}
