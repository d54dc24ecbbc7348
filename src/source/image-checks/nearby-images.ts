/** Finds what is similar to an image that nobody can pull: its repository, similar tags, and similar repository names. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import { isTypo, similarNames, similarTags } from '../../image/mistakes/similar-names.ts'
import { fullName, type Reference } from '../../image/reference.ts'
import { isPublic } from '../../image/registries.ts'
import type { ManifestOutcome } from '../../registry/outcome.ts'
import type { ImageCheck, RepositoryState } from '../../snapshot/image-check.ts'
import type { RegistryQueries } from './registry-queries.ts'

const TAGS_SHOWN = 5
const NAMES_SHOWN = 3

type Outcomes = ReadonlyMap<Credential | null, ManifestOutcome>

interface Nearby extends Pick<ImageCheck, 'nearTags' | 'likelyTag' | 'tagsComplete' | 'nearRepositories'> {
  state: RepositoryState
}

export class NearbyImages {
  readonly #reference: Reference
  readonly #queries: RegistryQueries
  readonly #found: Nearby = {
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

  get found(): Nearby {
    return { ...this.#found }
  }

  /** The repository exists and could be read, but has no such tag or digest: no other login changes that. */
  get isTagMissing(): boolean {
    return this.#found.state === 'there'
  }

  /** Searches after a 404: HEAD has no body to show what is missing, but the tag list shows whether the repository exists. */
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

  /** Finishes the search after the last request, if none found the image. */
  async conclude(outcomes: Outcomes): Promise<void> {
    for (const credential of outcomes.keys()) {
      if (credential !== null && !this.isTagMissing) await this.searchNearby(credential, outcomes)
    }
    if (this.isTagMissing) return
    const answers = [...outcomes.values()].filter(
      ({ status }) => status === 'denied' || status === 'not-found',
    )
    if (answers.length === 0) return
    // An image that is hidden from one login and forbidden to another can still exist, unless the registry has no private images.
    if (answers.some(({ status }) => status === 'denied'))
      this.#found.state = answers.some(answer => isFinalDenial(this.#reference, answer))
        ? 'absent'
        : 'unknown'
    if (isDockerHub(this.#reference.registry)) await this.#askHub()
  }

  /** Returns tags that sort near the wanted one, for a list too long to read completely. */
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

  /** Asks Docker Hub's web API, which lists public repositories. The registry denies missing and private ones alike. */
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

/**
 * Whether the denial proves that the image does not exist. That its own token does not reach it proves it if all of the registry's images
 * are public. Another 401 does not, as a mirror asks for its own login, nor a 403, as a registry can refuse this machine's address.
 */
export function isFinalDenial(reference: Reference, outcome: ManifestOutcome): boolean {
  return outcome.status === 'denied' && outcome.lacksScope === true && isPublic(fullName(reference))
}
