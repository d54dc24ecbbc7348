/** Follows one list: lists, watches for changes, and lists again whenever a watch alone can't be trusted. */

import type { Clock } from '../../clock.ts'
import { ApiError, isForbidden } from '../../kubernetes/api/api-error.ts'
import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import type { Kind } from '../../kubernetes/api/kinds.ts'
import type { Shape } from '../../protobuf/shape.ts'
import type { NamespaceOrAll, Reading } from '../live/reading.ts'

/** Selects objects of a list. */
export interface Focus {
  labelSelector?: string
  fieldSelector?: string
}

/** Stores the followed objects. */
export interface Store {
  /** Begins a list: objects that were not passed to `take` before `end` are gone. */
  begin(): Listing
  change(change: WatchedChange<unknown>): void
}

export interface Listing {
  take(raw: unknown): void
  end(): void
}

/** The followed list. */
interface FollowedList {
  kind: Kind<unknown>
  scope: NamespaceOrAll
  focus: Focus
  /** What to list, if less than what is watched. */
  listed?: Focus
  shape?: Shape
  store: Store
}

export interface FollowerOptions {
  reading: Reading
  clock: Clock
  signal: AbortSignal
  /** Called when something may have changed. */
  onChange(): void
  /** Called with the reason why the list can't be followed at the moment, and with null once it can again. */
  onTrouble(error: Error | null): void
  /** Called when following has ended, by the signal or by an error in the program. */
  onFailure(error: unknown): void
}

/** How long the server is asked to keep a watch open, in seconds. The client gives up after 90 s of silence. */
const WATCH_SECONDS = 50
/** In milliseconds, like the others. A watch normally continues where the last one ended; after this long, the whole list is read again. */
const RESYNC = 300_000
/** A watch that ends sooner did not work. */
const SHORT = 1_000
const POLL = 2_000
const FIRST_PAUSE = 800
const LONGEST_PAUSE = 10_000

export class Follower {
  readonly #of: FollowedList
  readonly #options: FollowerOptions
  /** Ends the current watch. */
  #again = new AbortController()
  /** Whether to list again before the next watch, and who waits for that. */
  #isStale = false
  #waiting: (() => void)[] = []
  #resourceVersion = ''
  #listedAt = 0
  #polls = false

  constructor(of: FollowedList, options: FollowerOptions) {
    this.#of = of
    this.#options = options
  }

  /** Reads the first list. @throws ApiError, UnreachableError if it can't be read */
  async start(): Promise<void> {
    const { reading, clock } = this.#options
    const { kind, scope, focus, listed = focus, shape, store } = this.#of
    this.#isStale = false
    const waiting = this.#waiting.splice(0)
    const listing = store.begin()
    const options = { ...listed, ...(shape && { shape, limit: 0 }) }
    try {
      const { resourceVersion } = await reading.list(kind, scope, options, raw => listing.take(raw))
      this.#resourceVersion = resourceVersion
    } catch (error) {
      this.#waiting.push(...waiting)
      throw error
    }
    listing.end()
    this.#listedAt = clock.now()
    for (const done of waiting) done()
    this.#options.onChange()
  }

  /** Follows until the signal is aborted, and throws its reason. Failures are reported and retried. */
  async run(): Promise<never> {
    const { clock, signal } = this.#options
    let shortOnes = 0
    for (;;) {
      const began = clock.now()
      const isTrusted = this.#polls ? false : await this.#watch()
      if (this.#polls) await this.#pause(POLL)
      signal.throwIfAborted()
      shortOnes = clock.now() - began < SHORT && !this.#isStale ? shortOnes + 1 : 0
      if (isTrusted && shortOnes < 2 && clock.now() - this.#listedAt < RESYNC) continue
      if (shortOnes > 1) await this.#pause(pauseAfter(shortOnes - 2))
      await this.#startAgain()
    }
  }

  /** Reads the list again soon, optionally with another focus. */
  resync(focus: Focus = this.#of.focus): void {
    this.#of.focus = focus
    this.#isStale = true
    this.#again.abort()
  }

  /** Resolves once the list has been read again. */
  readAgain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    this.resync()
    return promise
  }

  /** Whether the next watch can go on from where this one ended. */
  async #watch(): Promise<boolean> {
    if (this.#isStale) return false
    const { reading } = this.#options
    const { kind, scope, focus, store } = this.#of
    this.#again = new AbortController()
    const { signal } = this.#again
    const options = {
      ...focus,
      resourceVersion: this.#resourceVersion,
      timeoutSeconds: WATCH_SECONDS,
      signal,
    }
    try {
      const { why, resourceVersion } = await reading.watch(kind, scope, options, change => {
        store.change(change)
        this.#options.onChange()
      })
      this.#resourceVersion = resourceVersion
      return why === 'over'
    } catch (error) {
      this.#options.signal.throwIfAborted()
      if (isForbidden(error) || isUnsupported(error)) this.#polls = true
      return false
    }
  }

  async #startAgain(): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await this.start()
        this.#options.onTrouble(null)
        return
      } catch (error) {
        this.#options.signal.throwIfAborted()
        if (!(error instanceof Error)) throw error
        this.#options.onTrouble(error)
        await this.#pause(pauseAfter(failures))
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return this.#options.clock.sleep(milliseconds, this.#options.signal)
  }
}

const pauseAfter = (failures: number): number => Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures)

/** Some aggregated or proxied servers support only lists. */
function isUnsupported(error: unknown): boolean {
  return error instanceof ApiError && [400, 404, 405, 406].includes(error.status)
}

/** Lets a caller wait for the next change, and keeps the last connection error. */
export class Notice {
  trouble: Error | null = null
  #waiting = waiter()

  readonly callbacks = {
    onChange: (): void => this.#renew().resolve(),
    onTrouble: (error: Error | null): void => {
      this.trouble = error
      this.#renew().resolve()
    },
    onFailure: (error: unknown): void => this.#renew().reject(error),
  }

  next(): Promise<void> {
    return this.#waiting.promise
  }

  #renew(): PromiseWithResolvers<void> {
    const waiting = this.#waiting
    this.#waiting = waiter()
    return waiting
  }
}

function waiter(): PromiseWithResolvers<void> {
  const waiter = Promise.withResolvers<void>()
  // A rejection without a listener must not end the process: the next look gets it.
  waiter.promise.catch(() => {})
  return waiter
}
