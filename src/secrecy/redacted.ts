/** A password, token or whole credential file that can be passed around but not printed by accident. */

/** What is shown instead of a secret. */
export const MARK = '[redacted]'

/**
 * Wraps a secret. String conversion, JSON and `console.log` of it (or of an object that contains it) show `[redacted]`. Only `reveal()`
 * returns the secret, so every place where one leaves can be found by that word.
 */
export class Redacted<Secret = string> {
  readonly #secret: Secret

  constructor(secret: Secret) {
    this.#secret = secret
  }

  /** The secret itself, only for a request or a comparison. */
  reveal(): Secret {
    return this.#secret
  }

  /** Returns the result of `make`, wrapped like the secret. */
  map<Other>(make: (secret: Secret) => Other): Redacted<Other> {
    return new Redacted(make(this.#secret))
  }

  toString(): string {
    return MARK
  }

  toJSON(): string {
    return MARK
  }

  /** What Node's console and util.inspect show; by its registered name, so that this file imports nothing from Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MARK
  }
}
