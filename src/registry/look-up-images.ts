/** Looks up the digests of many images, a few at a time. */

import { type Credential, loginFor } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../image/docker-hub.ts'
import { isBuiltFor } from '../image/platform.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import { bounded } from '../network/bounded.ts'
import type { ImageLookup } from '../snapshot/registry-answers.ts'
import type { Registries } from './client.ts'
import type { RegistryProblem } from './outcome.ts'
import { problemText } from './problem.ts'
import type { Registry } from './registry.ts'

interface LookUpOptions {
  /** Sent only to their own registries: the one with the longest matching key, or none (see loginFor). */
  credentials: Credential[]
  /** Platforms that the image must be built for, such as `linux/arm64`; checked only if that costs no pull. */
  platforms: string[]
}

/** Requests at a time: few enough for registries that limit requests per second. */
const CONCURRENCY = 6

/** Milliseconds after which no further registry is contacted. */
const ROUND_LIMIT_MS = 10_000

/**
 * Looks up each reference once, by HEAD; the result is keyed by the references as given. A registry that can't be reached, refuses the
 * login, or limits requests is not contacted again. Failures are data; rejects only if the registries' signal is aborted.
 */
export async function lookUpImages(
  registries: Registries,
  references: Iterable<string>,
  options: LookUpOptions,
): Promise<Map<string, ImageLookup>> {
  const names = [...new Set(references)]
  const results = new Map<string, ImageLookup>()
  const skippedRegistries = new Map<string, string>()
  const answer = async (name: string) => {
    results.set(name, await lookUp(registries, name, options, skippedRegistries))
  }
  // One request to each registry first: some ban an address that sends a wrong login six times.
  const onePerRegistry = new Map(names.map(name => [registryIn(name), name] as const).reverse())
  const { clock } = registries
  const began = clock.now()
  await bounded([...onePerRegistry.values()].sort(dockerHubFirst), CONCURRENCY, async name => {
    // Unresponsive registries, which anyone can name in a pod, must not delay the others without limit.
    if (clock.now() - began > ROUND_LIMIT_MS)
      skippedRegistries.set(registryIn(name), 'others took too long to answer')
    await answer(name)
  })
  await bounded(
    names.filter(name => !results.has(name)),
    CONCURRENCY,
    answer,
  )
  return new Map(names.map(name => [name, results.get(name) ?? none('it was not asked for')]))
}

function dockerHubFirst(one: string, other: string): number {
  return Number(registryIn(other) === DOCKER_HUB) - Number(registryIn(one) === DOCKER_HUB)
}

async function lookUp(
  registries: Registries,
  name: string,
  { credentials, platforms }: LookUpOptions,
  skippedRegistries: Map<string, string>,
): Promise<ImageLookup> {
  const reference = parseReference(name)
  if (reference === null) return none('it is not an image reference')
  const host = canonicalRegistry(reference.registry)
  const known = skippedRegistries.get(host)
  if (known !== undefined) return none(known)
  const credential = loginFor(credentials, reference)
  const registry = registryOf(registries, host)
  if (registry === null) return none(`${host} is not the host of a registry`)
  if (credential === null && registries.isInternal(host))
    return none(`${host} is an internal address, asked only with --registry-endpoint ${host}=URL`)
  const outcome = await lookUpDigest(registry, reference, credential, platforms)
  if ('digest' in outcome) return outcome
  const detail = problemText(outcome)
  if (ENDS_REGISTRY.includes(outcome.status)) skippedRegistries.set(host, detail)
  return outcome.status === 'not-found' ? ruledOut(detail) : none(detail)
}

/** null for a host that the grammar allows but a URL does not, such as one with port 99999. */
function registryOf(registries: Registries, host: string): Registry | null {
  try {
    return registries.of(host)
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

const ENDS_REGISTRY = ['rate-limited', 'unreachable', 'wrong-credential']

async function lookUpDigest(
  registry: Registry,
  reference: Reference,
  credential: Credential | null,
  platforms: string[],
): Promise<ImageLookup | { status: 'not-found' } | RegistryProblem> {
  const head = await registry.headManifest(reference, credential)
  if (head.status !== 'found') return head
  if (reference.digest !== null && platforms.length > 1 && isOfOnePlatform(head.mediaType)) {
    return ruledOut('that digest is for one platform only, and the nodes have several')
  }
  const digest = head.digest ?? reference.digest
  const found = digest === null ? none('the registry does not report its digest') : { digest, detail: null }
  if (platforms.length === 0) return found
  const built = await registry.platforms({ ...reference, digest }, credential)
  if (built.status === 'not-asked') return found
  if (built.status !== 'found') return built
  const known = built.platforms.map(({ os, architecture }) => `${os}/${architecture}`)
  // Without any, the image does not say.
  const lacking = known.length === 0 ? [] : platforms.filter(platform => !isBuiltFor(known, platform))
  return lacking.length > 0
    ? ruledOut(`it is not built for ${lacking.join(', ')}`)
    : { digest: built.digest, detail: null }
}

/** Whether the manifest is a single image's and not an index. A HEAD shows that even for Docker Hub, which is not asked for platforms. */
function isOfOnePlatform(mediaType: string | null): boolean {
  return /^application\/vnd\.(oci\.image\.manifest|docker\.distribution\.manifest)\.v\d\+json/.test(
    mediaType ?? '',
  )
}

function none(detail: string): ImageLookup {
  return { digest: null, detail }
}

function ruledOut(detail: string): ImageLookup {
  return { digest: null, detail, ruledOut: true }
}

function registryIn(name: string): string {
  return canonicalRegistry(parseReference(name)?.registry ?? '')
}
