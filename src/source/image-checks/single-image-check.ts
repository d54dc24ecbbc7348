/** Checks one image: anonymously, with its pods' logins, and with this machine's. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { fullName, type Reference } from '../../image/reference.ts'
import type { ManifestOutcome } from '../../registry/outcome.ts'
import { redactUser } from '../../secrecy/redact.ts'
import type { ImageAnswer, ImageAsk, ImageCheck, UnaskedReason } from '../../snapshot/image-check.ts'
import { isFinalDenial, NearbyImages } from './nearby-images.ts'
import type { PodLogin, PullingPod } from './pod-logins.ts'
import type { RegistryQueries } from './registry-queries.ts'

/** The limit of different logins tried for one image. */
const MAX_LOGINS = 8

export class SingleImageCheck {
  readonly reference: Reference
  readonly #host: string
  readonly #queries: RegistryQueries
  readonly #nearby: NearbyImages
  readonly #asks: ImageAsk[] = []
  readonly #outcomes = new Map<Credential | null, ManifestOutcome>()
  #unasked: UnaskedReason | null
  /** Whether every pod that uses the image can pull it with its own pull secrets. */
  #podsServed = false
  #platforms: string[] | null = null

  /** @param unasked why the registry is not asked; null if it is */
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

  /**
   * Asks with a login from this machine.
   * @param problem why it is unknown whether there is one; null if it is known
   */
  async askAsMachine(credential: Credential | null, problem: string | null): Promise<void> {
    if (credential !== null) await this.#ask({ as: 'machine', secret: null }, credential)
    else if (problem !== null) {
      const failed = { answer: 'failed', detail: problem, retryAfterSeconds: null } as const
      this.#asks.push({ as: 'machine', secret: null, username: null, ...failed })
    }
  }

  /** Finishes the check: looks for similar names if nobody can pull the image, else for its platforms if `platforms` is set. */
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

  /** Tries a pod's logins as the kubelet does, until one opens the image. Also true for a pod without logins if the image is public. */
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
    const username = credential === null ? null : redactUser(credential)
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

type AnswerFields = Pick<ImageAsk, 'answer' | 'detail' | 'retryAfterSeconds'>

/**
 * Converts a registry's outcome.
 * @param withLogin whether a login was available, whether or not the registry requested it
 */
function answerOf(outcome: ManifestOutcome, withLogin: boolean): AnswerFields {
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

function answered(answer: ImageAnswer, detail: string | null = null): AnswerFields {
  return { answer, detail, retryAfterSeconds: null }
}
