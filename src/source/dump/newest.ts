/** Keeps of each object the newest state, whatever the order in which its states come. */

interface Entry<T> {
  version: string
  value: T
}

/** `resourceVersion` is a growing whole number (KEP-5504); without one, any state is as good, but always the same is taken. */
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
