/** Asks a mirror and its registry for images by HEAD, as nodes do: the mirror by the registry's name, never with the registry's login. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { fullName, parseReference, type Reference } from '../image/reference.ts'
import { bounded } from '../network/bounded.ts'
import type { Registries } from '../registry/client.ts'
import type { ManifestOutcome } from '../registry/outcome.ts'
import type { Registry } from '../registry/registry.ts'
import type { KnownImage, MirrorAnswer, MirrorCheck } from '../snapshot/mirror-check.ts'

const AT_ONCE = 4

interface MirrorQuestion {
  registries: Registries
  /** The root of the mirror's host. */
  url: URL
  /** The path between `/v2/` and the name; empty if there is none. */
  prefix: string
  /** This machine's login for the mirror's host; null if there is none. */
  login: Credential | null
}

/** Returns one check for each image, in the given order. Trouble is data; rejects only if the registries' signal is aborted. */
export function checkMirror(images: readonly Reference[], question: MirrorQuestion): Promise<MirrorCheck[]> {
  const mirrors = new Map<string, Registry>()
  return bounded(images, AT_ONCE, async image => {
    const { registry, repository } = image
    const mirror = mirrors.get(registry) ?? question.registries.mirror(question.url, registry)
    mirrors.set(registry, mirror)
    const [through, upstream] = await Promise.all([
      askMirror(mirror, image, question),
      question.registries.of(registry).headManifest(image, null),
    ])
    const official = registry === DOCKER_HUB && repository.startsWith('library/')
    const withoutLibrary =
      official && through.status === 'missing'
        ? await askMirror(mirror, { ...image, repository: repository.slice('library/'.length) }, question)
        : null
    return { reference: fullName(image), mirror: through, upstream: answerOf(upstream), withoutLibrary }
  })
}

/** Returns an image that the registry certainly has; null if none is known. */
export function knownImage(registry: string): Reference | null {
  return registry === DOCKER_HUB ? parseReference('busybox:latest') : null
}

/** Asks the mirror for an image that certainly exists in one of these registries; null if none is known. */
export async function askForKnownImage(
  registries: readonly string[],
  question: MirrorQuestion,
): Promise<KnownImage | null> {
  const image = registries.map(knownImage).find(each => each !== null)
  if (image === undefined) return null
  const mirror = question.registries.mirror(question.url, image.registry)
  return { reference: fullName(image), mirror: await askMirror(mirror, image, question) }
}

async function askMirror(mirror: Registry, image: Reference, { prefix, login }: MirrorQuestion) {
  const repository = prefix === '' ? image.repository : `${prefix}/${image.repository}`
  return answerOf(await mirror.headManifest({ ...image, repository }, login))
}

function answerOf(outcome: ManifestOutcome): MirrorAnswer {
  switch (outcome.status) {
    case 'found':
      return { status: 'found', digest: outcome.digest, mediaType: outcome.mediaType }
    case 'not-found':
      return { status: 'missing' }
    case 'denied':
    case 'wrong-credential':
      return { status: 'login', sent: outcome.identity === 'credential' }
    case 'rate-limited':
      return { status: 'rate-limited' }
    case 'unreachable':
      return { status: 'unreachable', why: outcome.why, detail: outcome.detail }
    case 'server-error':
      return outcome.isWebPage === true ? { status: 'html' } : { status: 'failed', detail: outcome.detail }
  }
}
