/** What one registry can be asked. Requests manifests by HEAD, which no registry counts as a pull, except in `platforms`. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { DOCKER_HUB, DOCKER_HUB_HOST, isDockerHubHost } from '../image/docker-hub.ts'
import { type AuthorizedAnswer, AuthorizedRequests } from './authorized-requests.ts'
import type { Connection } from './connection.ts'
import type {
  LoginProof,
  ManifestOutcome,
  ManifestReference,
  PlatformsOutcome,
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
    const quota = quotaIn(asked.answer.headers)
    // Docker Hub limits nearly every address; a cache in its place answers without the headers.
    const isReported = quota.status !== 'unlimited' || credential !== null || this.host === DOCKER_HUB_HOST
    return isReported ? quota : { status: 'not-reported' }
  }

  /** Whether the credential can log in and, with a reference, read its repository; on Docker Hub, also its remaining quota. */
  proveCredential(credential: Credential, reference: ManifestReference | null): Promise<LoginProof> {
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
