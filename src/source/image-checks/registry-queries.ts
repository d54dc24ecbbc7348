/** Sends the queries of all images to registries. A login is tried with one image first, and not again if the answer holds for all. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import type { Reference } from '../../image/reference.ts'
import { once } from '../../network/once.ts'
import type { Registries } from '../../registry/client.ts'
import {
  HUB_API_HOST,
  type HubApi,
  type PublicRepositories,
  type PublicRepository,
} from '../../registry/hub-api.ts'
import type { ManifestOutcome, TagsOutcome } from '../../registry/outcome.ts'
import type { Registry } from '../../registry/registry.ts'

const AT_ONCE = 8
const AT_ONCE_TO_ONE_HOST = 4
/** Three thousand tags; one or two more pages can be requested around the wanted tag. */
const FIRST_PAGES = 3

/** The queries to one registry with one login. */
interface Identity {
  /** The first query, which the others wait for, so that a wrong login is sent only once. */
  first: Promise<unknown> | null
  /** An answer that holds for every image: rate-limited, or login refused. */
  answerForAll: ManifestOutcome | null
  /** By repository. */
  tags: Map<string, Promise<TagsOutcome | null>>
}

/** Sends queries. Every answer can be null: the time was up and nothing was sent. */
export class RegistryQueries {
  readonly #registries: Registries
  readonly #hubApi: HubApi | null
  readonly #timeUp: AbortSignal
  readonly #limiter = new HostLimiter(AT_ONCE, AT_ONCE_TO_ONE_HOST)
  readonly #identities = new Map<Registry, Map<Credential | null, Identity>>()
  readonly #unreachable = new Map<Registry, ManifestOutcome>()
  readonly #repositories = new Map<string, Promise<PublicRepository | null>>()
  readonly #namespaces = new Map<string, Promise<PublicRepositories | null>>()

  constructor(registries: Registries, timeUp: AbortSignal) {
    this.#registries = registries
    this.#hubApi = registries.hubApi()
    this.#timeUp = timeUp
  }

  /** Sends HEAD for the manifest. A 429 is an answer, for this image and all later ones. */
  async head(reference: Reference, credential: Credential | null): Promise<ManifestOutcome | null> {
    const registry = this.#registries.of(reference.registry)
    const identity = this.#identityOf(registry, credential)
    if (identity.first !== null) await identity.first
    const known = this.#unreachable.get(registry) ?? identity.answerForAll
    if (known !== null) return known
    const asked = this.#inTime(registry.host, () => registry.headManifest(reference, credential))
    identity.first ??= asked
    const outcome = await asked
    if (outcome !== null) this.#remember(registry, identity, outcome)
    return outcome
  }

  /** Returns the first pages of the repository's tags. */
  tags(reference: Reference, credential: Credential | null): Promise<TagsOutcome | null> {
    const registry = this.#registries.of(reference.registry)
    const { repository } = reference
    return once(this.#identityOf(registry, credential).tags, repository, () =>
      this.#inTime(registry.host, () => registry.tags(repository, credential, { most: FIRST_PAGES })),
    )
  }

  /** Returns one page of the tags that sort after `after`. */
  tagsAfter(reference: Reference, credential: Credential | null, after: string): Promise<TagsOutcome | null> {
    const registry = this.#registries.of(reference.registry)
    return this.#inTime(registry.host, () =>
      registry.tags(reference.repository, credential, { most: 1, after }),
    )
  }

  /** Returns a repository from Docker Hub's web API; also null if that API must not be used. */
  publicRepository(repository: string): Promise<PublicRepository | null> {
    return once(this.#repositories, repository, () => this.#ofHubApi(api => api.repository(repository)))
  }

  /** Returns the public repositories of a Docker Hub namespace; also null if its web API must not be used. */
  publicRepositories(namespace: string): Promise<PublicRepositories | null> {
    return once(this.#namespaces, namespace, () => this.#ofHubApi(api => api.repositoriesOf(namespace)))
  }

  /**
   * Returns the platforms of an image. Docker Hub's web API lists them for public tags. Elsewhere it takes a GET of the manifest, by its
   * digest, which no other registry counts against a limit on pulls.
   */
  async platforms(
    reference: Reference,
    digest: string | null,
    credential: Credential | null,
  ): Promise<string[] | null> {
    const { registry: name, repository, tag } = reference
    if (isDockerHub(name)) {
      if (credential !== null || reference.digest !== null) return null
      return this.#ofHubApi(api => api.platforms(repository, tag ?? 'latest'))
    }
    if (digest === null) return null
    const registry = this.#registries.of(name)
    const built = await this.#inTime(registry.host, () =>
      registry.platforms({ ...reference, digest }, credential),
    )
    if (built?.status !== 'found' || built.platforms.length === 0) return null
    return built.platforms.map(({ os, architecture, variant }) =>
      [os, architecture, ...(variant === null ? [] : [variant])].join('/'),
    )
  }

  #identityOf(registry: Registry, credential: Credential | null): Identity {
    const identities = this.#identities.get(registry) ?? new Map<Credential | null, Identity>()
    const identity = identities.get(credential) ?? { first: null, answerForAll: null, tags: new Map() }
    this.#identities.set(registry, identities.set(credential, identity))
    return identity
  }

  #remember(registry: Registry, identity: Identity, outcome: ManifestOutcome): void {
    const { status } = outcome
    if (status === 'rate-limited' || status === 'wrong-credential') identity.answerForAll = outcome
    // If one of pullguard's own rules stopped the query, the next one may be allowed.
    if (status === 'unreachable' && outcome.why !== 'refused' && outcome.why !== 'malformed') {
      this.#unreachable.set(registry, outcome)
    }
  }

  async #ofHubApi<T>(ask: (api: HubApi) => Promise<T>): Promise<T | null> {
    const api = this.#hubApi
    return api === null ? null : this.#inTime(HUB_API_HOST, () => ask(api))
  }

  #inTime<T>(host: string, ask: () => Promise<T>): Promise<T | null> {
    return this.#limiter.run(host, async () => (this.#timeUp.aborted ? null : ask()))
  }
}

/** Limits how many requests run at the same time, in total and to one host. */
class HostLimiter {
  readonly #inAll: number
  readonly #toOneHost: number
  readonly #running = new Map<string, number>()
  #waiting: { host: string; start: () => void }[] = []

  constructor(inAll: number, toOneHost: number) {
    this.#inAll = inAll
    this.#toOneHost = toOneHost
  }

  /** Runs the work once a slot is free, in the order of the calls except for busy hosts. */
  async run<T>(host: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>(start => {
      this.#waiting.push({ host, start })
      this.#next()
    })
    try {
      return await work()
    } finally {
      this.#count(host, -1)
      this.#next()
    }
  }

  #next(): void {
    const free = ({ host }: { host: string }) => (this.#running.get(host) ?? 0) < this.#toOneHost
    const inAll = [...this.#running.values()].reduce((sum, count) => sum + count, 0)
    const turn = inAll < this.#inAll ? this.#waiting.find(free) : undefined
    if (turn === undefined) return
    this.#waiting = this.#waiting.filter(each => each !== turn)
    this.#count(turn.host, 1)
    turn.start()
  }

  #count(host: string, change: number): void {
    this.#running.set(host, (this.#running.get(host) ?? 0) + change)
  }
}
