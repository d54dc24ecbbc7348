/** Collects the server's Warning headers (RFC 7234, 5.5: `299 - "text"`), each text once. */

const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

/** API servers cut one at 256 characters and all of an answer at 4,096 (apiserver's warning recorder); others need not be told in full. */
const LONGEST = 1024
const MOST = 100

export class Warnings {
  readonly #texts = new Set<string>()

  /** One header may carry several warnings, and an answer several headers. */
  collect(header: string | string[] | undefined): void {
    for (const line of [header ?? []].flat()) {
      for (const [, quoted = ''] of line.matchAll(WARNING)) this.#note(quoted.replace(/\\(.)/g, '$1'))
    }
  }

  #note(text: string): void {
    if (this.#texts.size < MOST) this.#texts.add(text.slice(0, LONGEST))
  }

  all(): string[] {
    return [...this.#texts]
  }
}
