/** Keeps the newest state of each object of a dump, in whatever order the states come. */

import { record, text } from '../../json/json-object.ts'

export function put<T>(into: NewestStates<T>, key: string, version: string, value: T | null): void {
  if (value !== null) into.put(key, version, value)
}

export function versionOf(raw: Record<string, unknown>): string {
  return text(record(raw.metadata).resourceVersion)
}

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

  put(key: string, version: string, value: T): void {
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
