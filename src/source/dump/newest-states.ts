/** One object can be in several files of a dump, each with its state at another time. */

import { type JsonObject, record, text } from '../../json/json-object.ts'

interface Entry<T> {
  version: string
  value: T
}

/**
 * Keeps the newest state of each object, in whatever order the states arrive. `resourceVersion` is an increasing integer (KEP-5504);
 * without one, any state can win, as long as it is always the same one.
 */
export class NewestStates<T> {
  readonly #entries = new Map<string, Entry<T>>()

  /** @param value what is kept of the object; null keeps nothing */
  put(key: string, raw: JsonObject, value: T | null): void {
    if (value === null) return
    const version = text(record(raw.metadata).resourceVersion)
    const entry = { version: /^[1-9]\d*$/.test(version) ? version : '', value }
    const present = this.#entries.get(key)
    if (present === undefined || isNewer(entry, present)) this.#entries.set(key, entry)
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }

  keys(): Iterable<string> {
    return this.#entries.keys()
  }

  *values(): Generator<T> {
    for (const { value } of this.#entries.values()) yield value
  }
}

function isNewer<T>(a: Entry<T>, b: Entry<T>): boolean {
  if (a.version.length !== b.version.length) return a.version.length > b.version.length
  if (a.version !== b.version) return a.version > b.version
  return JSON.stringify(a.value) > JSON.stringify(b.value)
}
