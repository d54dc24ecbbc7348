/** Collects the server's Warning headers (RFC 7234, 5.5: `299 - "text"`), each text once. */

const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

export class Warnings {
  readonly #texts = new Set<string>()

  /** One header may carry several warnings, and an answer several headers. */
  collect(header: string | string[] | undefined): void {
    for (const line of [header ?? []].flat()) {
      for (const [, quoted = ''] of line.matchAll(WARNING)) this.#texts.add(quoted.replace(/\\(.)/g, '$1'))
    }
  }

  all(): string[] {
    return [...this.#texts]
  }
}
