/** A password or token that can be carried about but not printed by accident. */

const SHOWN = '[redacted]'

/**
 * Holds a secret text. String conversion, JSON and `console.log` of it (or of anything that holds it) show `[redacted]`;
 * only `reveal()` gives the text, so every place where a secret leaves can be found by that word.
 */
export class Redacted {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The secret itself, for a request or a Secret's data and nothing else. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  /** What Node's console and util.inspect show; by its registered name, so that this file needs no module of Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN
  }
}
