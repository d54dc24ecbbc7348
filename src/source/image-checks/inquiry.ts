/** The checks of one image: anonymously, with its pods' logins, with this machine's; and if none can pull it, similar tags and repository names. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, type Reference } from '../../image/reference.ts'
import { isPublic } from '../../image/registries.ts'
import { isTypo, similarNames, similarTags } from '../../image/similar-names.ts'
import type { ManifestOutcome } from '../../registry/outcome.ts'
import { redact } from '../../secrecy/redact.ts'
import type {
  ImageAnswer,
  ImageAsk,
  ImageCheck,
  RepositoryState,
  UnaskedReason,
} from '../../snapshot/image-check.ts'
import type { PodLogin, PullingPod } from './pod-logins.ts'
import type { RegistryQueries } from './registry-queries.ts'

/** The limit of different logins that are tried for one image. */
const MAX_LOGINS = 8

export class Inquiry {
  readonly reference: Reference
  readonly #host: string
  readonly #queries: RegistryQueries
  readonly #nearby: NearbyImages
  readonly #asks: ImageAsk[] = []
  readonly #outcomes = new Map<Credential | null, ManifestOutcome>()
  #unasked: UnaskedReason | null
  /** Every pod that uses it can pull it with its own pull secrets. */
  #podsServed = false
  #platforms: string[] | null = null

  /** `unasked`: why its registry is not to be asked; null if it is. */
  constructor(reference: Reference, host: string, queries: RegistryQueries, unasked: UnaskedReason | null) {
    this.reference = reference
    this.#host = host
    this.#queries = queries
    this.#unasked = unasked
    this.#nearby = new NearbyImages(reference, queries)
  }

  get isAllowed(): boolean {
    return this.#unasked === null
  }

  /** Asks anonymously, then as each pod would, even for a public image: a refused login fails the pull. */
  async askAsPods(pods: PullingPod[], loginsOf: (pod: PullingPod) => PodLogin[]): Promise<void> {
    await this.#ask({ as: 'anonymous', secret: null }, null)
    await this.#nearby.searchNearby(null, this.#outcomes)
    if (this.#isSettled()) return
    const served: boolean[] = []
    for (const pod of pods) served.push(await this.#serves(loginsOf(pod)))
    this.#podsServed = served.length > 0 && served.every(Boolean)
  }

  /** Whether a login from this machine could change the result. */
  get needsMachineLogin(): boolean {
    return this.#asks.length > 0 && !this.#opensTo(null) && !this.#podsServed && !this.#isSettled()
  }

  /** Asks with a login from this machine. `problem`: why it is unknown whether there is one. */
  async askAsMachine(credential: Credential | null, problem: string | null): Promise<void> {
    if (credential !== null) await this.#ask({ as: 'machine', secret: null }, credential)
    else if (problem !== null) {
      const failed = { answer: 'failed', detail: problem, retryAfterSeconds: null } as const
      this.#asks.push({ as: 'machine', secret: null, username: null, ...failed })
    }
  }

  /** Looks for similar names if nobody can pull the image, else for its platforms if `platforms` is set. */
  async conclude(platforms: boolean): Promise<void> {
    const opened = [...this.#outcomes].find(([, { status }]) => status === 'found')
    if (opened === undefined) await this.#nearby.conclude(this.#outcomes)
    else if (platforms) {
      const [credential, outcome] = opened
      const digest = 'digest' in outcome ? outcome.digest : null
      this.#platforms = await this.#queries.platforms(this.reference, digest, credential)
    }
  }

  /** The result so far. */
  result(replacement: ImageCheck | null): ImageCheck {
    const found = [...this.#outcomes.values()].find(({ status }) => status === 'found')
    const { state, ...near } = this.#nearby.found
    return {
      reference: fullName(this.reference),
      host: this.#host,
      asks: this.#asks,
      unasked: this.#unasked,
      repository: found === undefined ? state : 'there',
      ...near,
      digest: found !== undefined && 'digest' in found ? found.digest : null,
      platforms: this.#platforms,
      replacement,
    }
  }

  /** Tries a pod's logins as the kubelet does, one after another until one opens the image. True also for a pod without any if the image is public. */
  async #serves(logins: PodLogin[]): Promise<boolean> {
    for (const { secret, credential } of logins) {
      if (!this.#outcomes.has(credential) && this.#outcomes.size > MAX_LOGINS) return false
      await this.#ask({ as: 'pod', secret }, credential)
      if (this.#opensTo(credential)) return true
    }
    return logins.length === 0 && this.#opensTo(null)
  }

  async #ask(who: Pick<ImageAsk, 'as' | 'secret'>, credential: Credential | null): Promise<void> {
    const outcome = this.#outcomes.get(credential) ?? (await this.#queries.head(this.reference, credential))
    if (outcome === null) {
      if (this.#asks.length === 0) this.#unasked = 'out-of-time'
      return
    }
    this.#outcomes.set(credential, outcome)
    const username = credential === null ? null : redact(credential.username)
    const ask = { ...who, username, ...answerOf(outcome, credential !== null) }
    const isSame = (other: ImageAsk) =>
      other.as === ask.as &&
      other.username === username &&
      other.secret?.namespace === ask.secret?.namespace &&
      other.secret?.name === ask.secret?.name
    if (!this.#asks.some(isSame)) this.#asks.push(ask)
  }

  /** Whether no login can change the answer. */
  #isSettled(): boolean {
    const outcome = this.#outcomes.get(null)
    if (outcome === undefined || outcome.status === 'unreachable') return true
    return this.#nearby.isTagMissing || isFinalDenial(this.reference, outcome)
  }

  #opensTo(credential: Credential | null): boolean {
    return this.#outcomes.get(credential)?.status === 'found'
  }
}

type Answered = Pick<ImageAsk, 'answer' | 'detail' | 'retryAfterSeconds'>

/** The answer. `withLogin`: the question was asked with a login in hand, whether or not the registry wanted it. */
function answerOf(outcome: ManifestOutcome, withLogin: boolean): Answered {
  // A login that was not sent proves nothing, unless the image is public anyway.
  if (withLogin && outcome.withheldFrom !== null && outcome.status !== 'found') {
    return answered('withheld', outcome.withheldFrom)
  }
  switch (outcome.status) {
    case 'found':
      return answered('exists')
    case 'not-found':
      return answered('missing')
    case 'denied':
      return answered('denied', String(outcome.httpStatus))
    case 'wrong-credential':
      return answered('login-refused')
    case 'rate-limited':
      return { ...answered('rate-limited'), retryAfterSeconds: outcome.retryAfterSeconds }
    case 'unreachable':
      return answered('unreachable', outcome.detail)
    case 'server-error':
      return answered('failed', outcome.detail)
  }
}

function answered(answer: ImageAnswer, detail: string | null = null): Answered {
  return { answer, detail, retryAfterSeconds: null }
}

const TAGS_SHOWN = 5
const NAMES_SHOWN = 3

type Outcomes = ReadonlyMap<Credential | null, ManifestOutcome>

interface Found extends Pick<ImageCheck, 'nearTags' | 'likelyTag' | 'tagsComplete' | 'nearRepositories'> {
  state: RepositoryState
}

/** Looks for what is similar to an image that nobody can pull: its repository, similar tags, similar repository names. */
class NearbyImages {
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
function isFinalDenial(reference: Reference, outcome: ManifestOutcome): boolean {
  return outcome.status === 'denied' && outcome.httpStatus === 401 && isPublic(fullName(reference))
}
