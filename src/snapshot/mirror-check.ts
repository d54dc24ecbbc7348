/** What a mirror and the registry behind it answered about one image, each asked by HEAD. */

/** One answer. `html`: a web page came instead of a manifest. */
export type MirrorAnswer =
  | { status: 'found'; digest: string | null; mediaType: string | null }
  | { status: 'html' }
  | { status: 'missing' }
  | { status: 'login'; sent: boolean }
  | { status: 'rate-limited' }
  | { status: 'unreachable'; why: string; detail: string }
  | { status: 'failed'; detail: string }

/** An image, as the runtime asks for it. */
export interface MirrorCheck {
  /** In full: `docker.io/library/nginx:1.27`. */
  reference: string
  mirror: MirrorAnswer
  /** The registry's own answer. */
  upstream: MirrorAnswer
  /** The same without `library/`; null if that was not asked. */
  withoutLibrary: MirrorAnswer | null
}

/** What the mirror answered about one image that the registry is known to have; asked only where the mirror has none of the others. */
export interface KnownImage {
  reference: string
  mirror: MirrorAnswer
}
