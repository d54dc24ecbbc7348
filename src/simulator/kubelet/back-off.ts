/** How long the kubelet leaves an image alone after a failed pull: 10 s, doubling to 300 s (client-go's flowcontrol.Backoff). */

const FIRST = 10_000
const LAST = 300_000

export interface BackOffEntry {
  delay: number
  since: number
  /** `ErrImagePull: …`, for the message of the back-off. */
  error: string
}

export class BackOff {
  #entries = new Map<string, BackOffEntry>()

  /** The entry while it lasts; times in milliseconds. */
  active(key: string, now: number): BackOffEntry | undefined {
    const entry = this.#entries.get(key)
    return entry && now < entry.since + entry.delay ? entry : undefined
  }

  /** Another failure; an entry that nobody touched for long starts over. */
  next(key: string, now: number, error: string): void {
    const entry = this.#entries.get(key)
    const stale = !entry || now - entry.since > 2 * LAST
    const delay = stale ? FIRST : Math.min(entry.delay * 2, LAST)
    this.#entries.set(key, { delay, since: now, error })
  }
}
