/** Pulls and their limits: a sliding window for each identity, as Docker Hub counts. */

export interface Limit {
  pulls: number
  /** Seconds. */
  window: number
}

export interface Pull {
  /** The account's name, or the IP address of an anonymous puller. */
  identity: string
  anonymous: boolean
  repository: string
  reference: string
  /** Milliseconds since 1970. */
  at: number
}

export class Quota {
  readonly pulls: Pull[] = []
  #used = new Map<string, number[]>()

  count(pull: Pull): void {
    this.pulls.push(pull)
    this.#timesOf(pull.identity).push(pull.at)
  }

  /** Uses up what is left (or all but `keep`), as if others had pulled with the same address or account. */
  exhaust(identity: string, limit: Limit, now: number, keep = 0): void {
    const missing = this.remaining(identity, limit, now) - keep
    for (let pull = 0; pull < missing; pull++) this.#timesOf(identity).push(now)
  }

  /** Pulls left in the window that ends now; at least 0. */
  remaining(identity: string, limit: Limit, now: number): number {
    const recent = this.#timesOf(identity).filter(at => at > now - limit.window * 1000)
    return Math.max(0, limit.pulls - recent.length)
  }

  /** Restores this identity's full quota. */
  refill(identity: string): void {
    this.#used.delete(identity)
  }

  #timesOf(identity: string): number[] {
    const known = this.#used.get(identity)
    if (known) return known
    const fresh: number[] = []
    this.#used.set(identity, fresh)
    return fresh
  }
}
