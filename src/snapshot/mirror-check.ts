/** What a mirror and the registry behind it answered to HEAD requests for one image. */

/** One answer. `html`: a web page instead of a manifest. */
export type MirrorAnswer =
  | { status: 'found'; digest: string | null; mediaType: string | null }
  | { status: 'html' }
  | { status: 'missing' }
  | { status: 'login'; sent: boolean }
  | { status: 'rate-limited' }
  | { status: 'unreachable'; why: string; detail: string }
  | { status: 'failed'; detail: string }

/** The check of one image, requested as the runtime would request it. */
export interface MirrorCheck {
  /** The full name: `docker.io/library/nginx:1.27`. */
  reference: string
  mirror: MirrorAnswer
  /** The registry's own answer. */
  upstream: MirrorAnswer
  /** The mirror's answer without `library/` in the name; null if that was not requested. */
  withoutLibrary: MirrorAnswer | null
}

/** The mirror's answer about an image that the registry is known to have; requested only if the mirror has none of the others. */
export interface KnownImage {
  reference: string
  mirror: MirrorAnswer
}
