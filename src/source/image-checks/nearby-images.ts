/** Looks for what is similar to an image that nobody can pull: its repository, similar tags, similar repository names. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, type Reference } from '../../image/reference.ts'
import { isPublic } from '../../image/registries.ts'
import { isTypo, similarNames, similarTags } from '../../image/similar-names.ts'
import type { ManifestOutcome } from '../../registry/outcome.ts'
import type { ImageCheck, RepositoryState } from '../../snapshot/image-check.ts'
import type { RegistryQueries } from './registry-queries.ts'

const TAGS_SHOWN = 5
const NAMES_SHOWN = 3

type Outcomes = ReadonlyMap<Credential | null, ManifestOutcome>

interface Found extends Pick<ImageCheck, 'nearTags' | 'likelyTag' | 'tagsComplete' | 'nearRepositories'> {
  state: RepositoryState
}

export class NearbyImages {
  readonly #reference: Reference
  readonly #queries: RegistryQueries
  readonly #found: Found = {
    state: 'unknown',
    nearTags: null,
    likelyTag: null,
    tagsComplete: null,
    nearRepositories: null,
  }

  constructor(reference: Reference, queries: RegistryQueries) {
    this.#reference = reference
    this.#queries = queries
  }

  get found(): Found {
    return { ...this.#found }
  }

  /** The repository exists and could be read, but has no such tag or digest: no other login changes that. */
  get isTagMissing(): boolean {
    return this.#found.state === 'there'
  }

  /** After a 404: HEAD has no body that would tell what is missing, but the tag list shows whether the repository exists. */
  async searchNearby(credential: Credential | null, outcomes: Outcomes): Promise<void> {
    if (outcomes.get(credential)?.status !== 'not-found') return
    const listed = await this.#queries.tags(this.#reference, credential)
    if (listed?.status === 'not-found' && listed.code === 'NAME_UNKNOWN') this.#found.state = 'absent'
    if (listed?.status !== 'found') return
    this.#found.state = 'there'
    const { tag, digest } = this.#reference
    if (digest !== null) return
    const wanted = tag ?? 'latest'
    const tags = [...listed.tags, ...(listed.complete ? [] : await this.#tagsAround(wanted, credential))]
    const near = similarTags(wanted, tags, TAGS_SHOWN)
    this.#found.nearTags = near
    this.#found.likelyTag = near.find(each => isTypo(wanted, each)) ?? null
    this.#found.tagsComplete = listed.complete
  }

  /** After the last question, if none was answered with the image. */
  async conclude(outcomes: Outcomes): Promise<void> {
    for (const credential of outcomes.keys()) {
      if (credential !== null && !this.isTagMissing) await this.searchNearby(credential, outcomes)
    }
    if (this.isTagMissing) return
    const answers = [...outcomes.values()].filter(
      ({ status }) => status === 'denied' || status === 'not-found',
    )
    if (answers.length === 0) return
    // What is hidden from one and forbidden to another may well be there, unless nothing there is ever private.
    if (answers.some(({ status }) => status === 'denied'))
      this.#found.state = answers.some(answer => isFinalDenial(this.#reference, answer))
        ? 'absent'
        : 'unknown'
    if (isDockerHub(this.#reference.registry)) await this.#askHub()
  }

  /** Of a list too long to be read whole, what sorts like the wanted tag. */
  async #tagsAround(wanted: string, credential: Credential | null): Promise<string[]> {
    const starts = new Set([
      wanted.slice(0, Math.ceil(wanted.length / 2)),
      wanted.slice(0, Math.ceil(wanted.length / 3)),
    ])
    const pages = await Promise.all(
      [...starts].map(start => this.#queries.tagsAfter(this.#reference, credential, start)),
    )
    return pages.flatMap(page => (page?.status === 'found' ? page.tags : []))
  }

  /** Docker Hub denies what is missing and what is private alike; its web API lists what is public. */
  async #askHub(): Promise<void> {
    const listed = await this.#queries.publicRepository(this.#reference.repository)
    if (listed?.status === 'found') this.#found.state = 'there'
    if (listed?.status === 'not-found')
      this.#found.state = isPublic(fullName(this.#reference)) ? 'absent' : 'not-public'
    if (this.#found.state === 'absent' || this.#found.state === 'not-public') await this.#listNames()
  }

  async #listNames(): Promise<void> {
    const [namespace = '', ...rest] = this.#reference.repository.split('/')
    const listed = await this.#queries.publicRepositories(namespace)
    if (listed === null || (listed.status !== 'found' && listed.status !== 'not-found')) return
    const names = listed.status === 'found' ? similarNames(rest.join('/'), listed.names, NAMES_SHOWN) : []
    const prefix = namespace === 'library' ? '' : `${namespace}/`
    this.#found.nearRepositories = names.map(name => `${prefix}${name}`)
  }
}

/** Where every image is public, a denial without a login means that there is none. A 403 may be for the address that asks, whatever the image. */
export function isFinalDenial(reference: Reference, outcome: ManifestOutcome): boolean {
  return outcome.status === 'denied' && outcome.httpStatus === 401 && isPublic(fullName(reference))
}
