/** Asks registries for the digests of many images, a few at a time. */

import type { Credential } from '../dockerconfig/credential.ts'
import { UsageError } from '../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import { bounded } from '../network/bounded.ts'
import type { Registries, Registry } from './client.ts'
import { loginFor } from './login-for.ts'
import type { Platform, RegistryProblem } from './outcome.ts'
import { problemText } from './problem.ts'

/** What a registry said of one image: its digest, or why there is none in one clause. */
export interface ImageLookup {
  /** The index's, for an image of several platforms. */
  digest: string | null
  detail: string | null
  /** The registry itself says that it is not there, or not for these platforms. */
  ruledOut?: boolean
}

export interface LookUpOptions {
  /** May be shown to their own registries; the one with the longest key that fits is taken, nobody's where none fits. */
  credentials: Credential[]
  /** `linux/arm64`: what the image must be built for, as far as it can be asked without spending a pull. */
  platforms: string[]
}

/** Enough to hide the waiting, few enough for registries that count requests by the second. */
const CONCURRENCY = 6

/** Milliseconds after which no further registry is begun with. */
const ROUND_LIMIT_MS = 10_000

/**
 * Every reference once, answered under its own spelling. Asks by HEAD and never again; a registry that is out of reach, refuses the login
 * or takes no more requests is not asked for the rest. Trouble is data; rejects only when the registries' signal is aborted.
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
  // One question a registry first: a wrong login must not be shown to it six times, some ban for that.
  const onePerRegistry = new Map(names.map(name => [hostOf(name), name] as const).reverse())
  const began = performance.now()
  await bounded([...onePerRegistry.values()].sort(dockerHubFirst), CONCURRENCY, async name => {
    // Silent registries, which anybody can invent, must not make the others wait without end.
    if (performance.now() - began > ROUND_LIMIT_MS)
      skippedRegistries.set(hostOf(name), 'others took too long to answer')
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
  return Number(hostOf(other) === DOCKER_HUB) - Number(hostOf(one) === DOCKER_HUB)
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
  const outcome = await ask(registry, reference, credential, platforms)
  if ('digest' in outcome) return outcome
  const detail = problemText(outcome)
  if (ENDS_REGISTRY.includes(outcome.status)) skippedRegistries.set(host, detail)
  return none(detail, outcome.status === 'not-found')
}

/** null where the grammar allows a host that no URL can hold, such as one with port 99999. */
function registryOf(registries: Registries, host: string): Registry | null {
  try {
    return registries.of(host)
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

const ENDS_REGISTRY = ['rate-limited', 'unreachable', 'wrong-credential']

async function ask(
  registry: Registry,
  reference: Reference,
  credential: Credential | null,
  platforms: string[],
): Promise<ImageLookup | { status: 'not-found' } | RegistryProblem> {
  const head = await registry.headManifest(reference, credential)
  if (head.status !== 'found') return head
  if (reference.digest !== null && platforms.length > 1 && isOfOnePlatform(head.mediaType)) {
    return none('that digest is of one platform alone, and the nodes have several', true)
  }
  const digest = head.digest ?? reference.digest
  const found = digest === null ? none('the registry does not tell its digest') : { digest, detail: null }
  if (platforms.length === 0) return found
  const built = await registry.platforms({ ...reference, digest }, credential)
  if (built.status === 'not-asked') return found
  if (built.status !== 'found') return built
  const lacking = platforms.filter(platform => !runsOn(built.platforms, platform))
  return lacking.length > 0
    ? none(`it is not built for ${lacking.join(', ')}`, true)
    : { digest: built.digest, detail: null }
}

/** An image that does not say what it is built for gets the benefit of the doubt; variants are left to the node. */
function runsOn(built: Platform[], platform: string): boolean {
  const [wantedOs, wantedArchitecture] = platform.split('/')
  return (
    built.length === 0 ||
    built.some(({ os, architecture }) => os === wantedOs && architecture === wantedArchitecture)
  )
}

/** Docker Hub is not asked for an image's platforms, but its HEAD tells an index from a single image. */
function isOfOnePlatform(mediaType: string | null): boolean {
  return /^application\/vnd\.(oci\.image\.manifest|docker\.distribution\.manifest)\.v\d\+json/.test(
    mediaType ?? '',
  )
}

function none(detail: string, ruledOut = false): ImageLookup {
  return { digest: null, detail, ...(ruledOut ? { ruledOut } : {}) }
}

function hostOf(name: string): string {
  return canonicalRegistry(parseReference(name)?.registry ?? '')
}
