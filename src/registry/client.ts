/** The registry client for other rooms. Requests manifests by HEAD, which no registry counts as a pull, except in `platforms`. */

import type { Clock } from '../clock.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { canonicalRegistry, DOCKER_HUB, isDockerHubHost } from '../image/docker-hub.ts'
import { type AuthorizedAnswer, AuthorizedRequests } from './authorized-requests.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { type EndpointOverrides, endpointOf } from './endpoints.ts'
import { HUB_API_HOST, HubApi } from './hub-api.ts'
import { isInternal } from './network-rules.ts'
import type {
  ManifestOutcome,
  ManifestReference,
  PlatformsOutcome,
  Proof,
  QuotaOutcome,
  TagsOutcome,
} from './outcome.ts'
import { problemOf } from './problem.ts'
import { prove } from './proof.ts'
import { QUOTA_PROBE, quotaIn } from './quota.ts'
import {
  digestMismatch,
  listTags,
  MANIFEST_TYPES,
  readConfig,
  readHead,
  readManifest,
  sha256,
  type TagPages,
} from './repository.ts'

export interface RegistriesOptions extends ConnectionOptions {
  endpoints: EndpointOverrides
}

/** All registries of one run, over one set of pooled connections. */
export class Registries {
  /** The clock of the connections. */
  readonly clock: Clock
  readonly #connection: Connection
  readonly #endpoints: EndpointOverrides
  readonly #open = new Map<string, Registry>()

  constructor(options: RegistriesOptions) {
    this.clock = options.clock
    this.#connection = new Connection(options)
    this.#endpoints = options.endpoints
  }

  /** The registry with that name, as in references. @throws UsageError if it is not a host */
  of(name: string): Registry {
    const key = canonicalRegistry(name)
    const registry =
      this.#open.get(key) ?? new Registry(key, endpointOf(key, this.#endpoints), this.#connection)
    this.#open.set(key, registry)
    return registry
  }

  /**
   * A mirror of that registry at its own URL, which `--registry-endpoint` can override by the mirror's host. It is queried as nodes query
   * it: with the registry's name in the query parameter `ns`.
   */
  mirror(url: URL, upstream: string): Registry {
    const endpoint = this.#endpoints.get(canonicalRegistry(url.host)) ?? url
    return new Registry(url.host, endpoint, this.#connection, `?ns=${encodeURIComponent(upstream)}`)
  }

  /** Whether the name is an address in this machine's own network without an endpoint override. @throws UsageError if it is not a host */
  isInternal(name: string): boolean {
    const key = canonicalRegistry(name)
    return !this.#endpoints.has(key) && isInternal(endpointOf(key, this.#endpoints).hostname)
  }

  /** Docker Hub's web API; null if `--registry-endpoint` replaces Docker Hub but not its API, which doesn't know that server's images. */
  hubApi(): HubApi | null {
    const replaced = this.#endpoints.has(DOCKER_HUB) && !this.#endpoints.has(HUB_API_HOST)
    return replaced ? null : new HubApi(this.#connection, endpointOf(HUB_API_HOST, this.#endpoints))
  }

  /** Waits for pending requests and closes the connections. */
  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** In bytes; also for indexes and configurations. Registries limit manifests to 4 MiB (distribution specification). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024

/** One registry. Methods return failures as data, never retry (least of all a 429), and throw only if their signal is aborted. */
export class Registry {
  readonly name: string
  /** The host that is contacted, with its port. */
  readonly host: string
  readonly #requests: AuthorizedRequests
  /** Added to manifest requests; either empty or starting with a question mark. */
  readonly #query: string

  constructor(name: string, endpoint: URL, connection: Connection, query = '') {
    this.#query = query
    this.name = name
    this.host = endpoint.host
    this.#requests = new AuthorizedRequests(connection, name, endpoint)
  }

  /** Whether a manifest exists, and its digest: the index's for a multi-platform image. */
  async headManifest(reference: ManifestReference, credential: Credential | null): Promise<ManifestOutcome> {
    const asked = await this.#manifest('HEAD', reference, credential)
    if ('problem' in asked) return { ...asked.requestedAs, ...asked.problem }
    return { ...asked.requestedAs, ...readHead(asked.answer, reference) }
  }

  /** The tags of a repository. Costs no pull. */
  tags(repository: string, credential: Credential | null, pages: TagPages): Promise<TagsOutcome> {
    return listTags(path => this.#ask('GET', path, repository, credential), repository, pages)
  }

  /**
   * The platforms that an image was built for. They need a GET of the manifest, which Docker Hub counts as a pull, so Docker Hub is not
   * asked. Request by digest, and only if a wrong platform would do harm.
   */
  async platforms(reference: ManifestReference, credential: Credential | null): Promise<PlatformsOutcome> {
    if (isDockerHubHost(this.name)) return { status: 'not-asked' }
    const asked = await this.#manifest('GET', reference, credential)
    if ('problem' in asked) return { ...asked.requestedAs, ...asked.problem }
    const head = readHead(asked.answer, reference)
    if (head.status !== 'found') return { ...asked.requestedAs, ...head }
    const digest = sha256(asked.answer.body)
    const declared = head.digest ?? reference.digest
    if (declared?.startsWith('sha256:') && declared !== digest)
      return { ...asked.requestedAs, ...digestMismatch(asked.answer) }
    const manifest = readManifest(asked.answer.body)
    if (manifest === null) return { ...asked.requestedAs, status: 'found', digest, platforms: [] }
    if ('platforms' in manifest) return { ...asked.requestedAs, status: 'found', digest, ...manifest }
    const path = `/v2/${reference.repository}/blobs/${manifest.configDigest}`
    const config = await this.#ask('GET', path, reference.repository, credential)
    if ('problem' in config) return { ...config.requestedAs, ...config.problem }
    if (config.answer.status !== 200)
      return { ...config.requestedAs, ...problemOf(config.answer, 'registry') }
    if (sha256(config.answer.body) !== manifest.configDigest) {
      return { ...config.requestedAs, ...digestMismatch(config.answer) }
    }
    return { ...config.requestedAs, status: 'found', digest, platforms: readConfig(config.answer.body) }
  }

  /** The pulls left for the credential, or without one, for this machine's address, which is not the nodes'. Costs no pull. */
  async quota(credential: Credential | null): Promise<QuotaOutcome> {
    if (this.name !== DOCKER_HUB) return { status: 'not-reported' }
    const asked = await this.#manifest('HEAD', QUOTA_PROBE, credential)
    if ('problem' in asked) return asked.problem
    const head = readHead(asked.answer, QUOTA_PROBE)
    if (asked.requestedAs.withheldFrom !== null)
      return { status: 'withheld', from: asked.requestedAs.withheldFrom }
    if (head.status !== 'found') return head
    return quotaIn(asked.answer.headers)
  }

  /** Whether the credential can log in and, with a reference, read its repository; on Docker Hub, also its remaining quota. */
  proveCredential(credential: Credential, reference: ManifestReference | null): Promise<Proof> {
    return prove({
      quota: () => this.quota(credential),
      manifest: reference && (() => this.headManifest(reference, credential)),
      login: async () => {
        const asked = await this.#ask('GET', '/v2/', reference?.repository ?? null, credential)
        if ('problem' in asked) return { ...asked.requestedAs, ...asked.problem }
        return { ...asked.requestedAs, ...readHead(asked.answer, null) }
      },
    })
  }

  #manifest(method: 'GET' | 'HEAD', reference: ManifestReference, credential: Credential | null) {
    const { repository, tag, digest } = reference
    return this.#ask(
      method,
      `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}${this.#query}`,
      repository,
      credential,
    )
  }

  #ask(
    method: 'GET' | 'HEAD',
    path: string,
    repository: string | null,
    credential: Credential | null,
  ): Promise<AuthorizedAnswer> {
    const accept = path.includes('/manifests/') ? MANIFEST_TYPES : '*/*'
    return this.#requests.ask({ method, path, repository, accept, credential, maxBytes: MAX_MANIFEST_BYTES })
  }
}
