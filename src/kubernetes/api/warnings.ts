/** The server's Warning headers (RFC 7234, 5.5: `299 - "text"`), each text once. */

const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

/** API servers cut each warning at 256 characters and all of a response at 4,096 (apiserver's warning recorder). */
const MAX_WARNING_LENGTH = 1024
const MAX_WARNINGS = 100

/** Collects them over all answers of a server. */
export class Warnings {
  readonly #texts = new Set<string>()

  /** One header may carry several warnings, and an answer several headers. */
  collect(header: string | string[] | undefined, clean: (text: string) => string): void {
    for (const line of [header ?? []].flat()) {
      for (const [, quoted = ''] of line.matchAll(WARNING)) this.#note(clean(quoted.replace(/\\(.)/g, '$1')))
    }
  }

  #note(text: string): void {
    if (this.#texts.size < MAX_WARNINGS) this.#texts.add(text.slice(0, MAX_WARNING_LENGTH))
  }

  all(): string[] {
    return [...this.#texts]
  }
}
