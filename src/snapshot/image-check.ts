/** What a registry answered to HEAD requests for an image, by the credential that was used. Free of secrets. */

/** The answer to one request. */
export type ImageAnswer =
  | 'exists'
  /** 404. */
  | 'missing'
  /** 401 or 403: denied with this credential. Many registries answer the same for an image that does not exist. */
  | 'denied'
  /** The login itself was refused, such as a wrong or expired password. */
  | 'login-refused'
  /** The registry sends logins to another site, so this one was not sent and nothing is proven. */
  | 'withheld'
  /** 429. */
  | 'rate-limited'
  /** This machine got no answer. */
  | 'unreachable'
  /** An answer that says nothing about the image, such as a 500. */
  | 'failed'

/** One request to the registry. */
export interface ImageAsk {
  /** `pod`: with a pull secret of the pod, as the kubelet would; `machine`: with a login of the machine that pullguard runs on. */
  as: 'anonymous' | 'pod' | 'machine'
  /** The pull secret that the login came from; only for `pod`. */
  secret: { namespace: string; name: string } | null
  /** null without a login. */
  username: string | null
  answer: ImageAnswer
  /** Host and error code or status of a failure; null if `answer` is enough. */
  detail: string | null
  /** Seconds, from the registry's Retry-After; null if it sent none. */
  retryAfterSeconds: number | null
}

/**
 * What is known about the repository. `there`: proven by an image or its list of tags, or listed at Docker Hub. `absent`: the registry
 * answered that it does not exist. `not-public`: Docker Hub does not list it, so it is missing or private.
 */
export type RepositoryState = 'there' | 'absent' | 'not-public' | 'unknown'

/** Why no request was sent. `internal-address`: an image name from a cluster must not make this machine connect to its own network. */
export type UnaskedReason = 'too-many' | 'out-of-time' | 'internal-address' | 'no-host'

/** The check of one image, made once for all pods that use it. */
export interface ImageCheck {
  /** The full name. */
  reference: string
  /** The host that was contacted, which may come from `--registry-endpoint`. */
  host: string
  /** The requests in the order in which they were sent; if empty, `unasked` says why. */
  asks: ImageAsk[]
  unasked: UnaskedReason | null
  repository: RepositoryState
  /** Existing tags that are similar to the missing one, the most similar first; null if tags were not listed. */
  nearTags: string[] | null
  /** The tag that was most likely meant, such as `1.27-alpine` for `1.27-alpne`; null if none differs by just a typo. */
  likelyTag: string | null
  /** Whether all tags were read; null if none were. */
  tagsComplete: boolean | null
  /** Public repositories that are similar to the missing one, without registry; null if they can't be listed. */
  nearRepositories: string[] | null
  /** What the tag points to now. */
  digest: string | null
  /** Such as `linux/arm64`; null if not requested, or not known without a pull. */
  platforms: string[] | null
  /** The check of the image that is known to replace it; null if there is none. */
  replacement: ImageCheck | null
}
