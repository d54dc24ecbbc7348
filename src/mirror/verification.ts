/** What the answers of a mirror and its registry prove about the mirror. */

import { fullName, parseReference, type Reference } from '../image/reference.ts'
import { compareText } from '../order.ts'
import type { KnownImage, MirrorAnswer, MirrorCheck } from '../snapshot/mirror-check.ts'
import type { UsedImage } from '../snapshot/mirrors.ts'

/**
 * `same`: the registry's own manifest. `unverified`: the mirror has the image, but the registry gave nothing to compare. `stale`: another
 * manifest under the same tag. `one-platform`: a single image instead of the index of all platforms. `no-digest`: no Docker-Content-Digest
 * to compare. `not-served`: the mirror serves other images, so this one is not cached or not allowed. `nothing-served`: not even an image
 * that exists. `private`: mirror and registry both require a login, so nothing is proven. `unsettled`: a 404 that nothing explains.
 * `without-library`: only found under a name that runtimes never request. `missing`: neither has it.
 */
export type MirrorVerdict =
  | 'same'
  | 'unverified'
  | 'stale'
  | 'one-platform'
  | 'no-digest'
  | 'not-a-manifest'
  | 'not-served'
  | 'nothing-served'
  | 'unsettled'
  | 'without-library'
  | 'missing'
  | 'private'
  | 'login'
  | 'rate-limited'
  | 'web-page'
  | 'tls'
  | 'unreachable'
  | 'failed'

export interface JudgedMirrorCheck extends MirrorCheck {
  verdict: MirrorVerdict
}

export interface Verification {
  checks: JudgedMirrorCheck[]
  /** How many of the images the mirror fails for. */
  wrong: number
  /** How many of the images the mirror serves. */
  served: number
  /** Whether the mirror serves anything at all. */
  proven: boolean
  /** How many of the cluster's images were not requested. */
  unasked: number
  /** The image that settled a 404; null if none was needed. */
  known: KnownImage | null
}

/** Verdicts that need no action. */
const FINE: ReadonlySet<MirrorVerdict> = new Set(['same', 'unverified', 'missing', 'private'])

const SERVED: ReadonlySet<MirrorVerdict> = new Set(['same', 'unverified'])

/** The running images of these registries, those on the most nodes first. */
export function imagesToVerify(images: readonly UsedImage[], registries: readonly string[]): Reference[] {
  const found = new Map<string, { reference: Reference; nodes: Set<string> }>()
  for (const { image, node } of images) {
    const reference = parseReference(image)
    if (reference === null || !registries.includes(reference.registry)) continue
    const known = found.get(fullName(reference)) ?? { reference, nodes: new Set<string>() }
    known.nodes.add(node)
    found.set(fullName(reference), known)
  }
  return [...found]
    .sort(([a, x], [b, y]) => y.nodes.size - x.nodes.size || compareText(a, b))
    .map(([, { reference }]) => reference)
}

/** Whether a 404 has to be settled with an image that is known to exist, because the mirror served none of the requested images. */
export function needsKnownImage(checks: readonly MirrorCheck[]): boolean {
  return (
    !checks.some(({ mirror }) => mirror.status === 'found') &&
    checks.some(({ mirror }) => mirror.status === 'missing')
  )
}

/** @param unasked how many images were not requested */
export function judgeMirror(
  checks: readonly MirrorCheck[],
  known: KnownImage | null,
  unasked: number,
): Verification {
  const serves = checks.some(({ mirror }) => mirror.status === 'found') || known?.mirror.status === 'found'
  const judged = checks.map(check => ({ ...check, verdict: verdictOf(check, serves, known) }))
  return {
    checks: judged,
    wrong: judged.filter(({ verdict }) => !FINE.has(verdict)).length,
    served: judged.filter(({ verdict }) => SERVED.has(verdict)).length,
    proven: serves,
    unasked,
    known,
  }
}

function verdictOf(check: MirrorCheck, serves: boolean, known: KnownImage | null): MirrorVerdict {
  const { mirror, upstream, withoutLibrary } = check
  switch (mirror.status) {
    case 'found':
      return compared(mirror, upstream)
    case 'missing':
      if (withoutLibrary?.status === 'found') return 'without-library'
      if (upstream.status === 'missing') return 'missing'
      if (serves) return 'not-served'
      return upstream.status === 'found' || known?.mirror.status === 'missing'
        ? 'nothing-served'
        : 'unsettled'
    case 'login':
      return upstream.status === 'login' && !mirror.sent ? 'private' : 'login'
    case 'html':
      return 'web-page'
    case 'unreachable':
      return mirror.why === 'tls' ? 'tls' : 'unreachable'
    default:
      return mirror.status
  }
}

type FoundManifest = Extract<MirrorAnswer, { status: 'found' }>

const INDEX = /(?:image\.index\.v1|manifest\.list\.v2)\+json$/
const MANIFEST = /(?:image\.(?:index|manifest)\.v1|distribution\.manifest\.(?:list\.)?v2)\+json$/

function compared(mirror: FoundManifest, upstream: MirrorAnswer): MirrorVerdict {
  if (mirror.mediaType !== null && !MANIFEST.test(mirror.mediaType)) return 'not-a-manifest'
  if (upstream.status !== 'found' || upstream.digest === null) return 'unverified'
  if (mirror.digest === null) return 'no-digest'
  if (mirror.digest === upstream.digest) return 'same'
  const single = mirror.mediaType !== null && !INDEX.test(mirror.mediaType)
  return single && upstream.mediaType !== null && INDEX.test(upstream.mediaType) ? 'one-platform' : 'stale'
}
