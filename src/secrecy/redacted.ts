/** A password, token or whole credential file that can be passed around but not printed by accident. */

const SHOWN = '[redacted]'

/**
 * Holds something secret. String conversion, JSON and `console.log` of it (or of anything that holds it) show `[redacted]`;
 * only `reveal()` gives it, so every place where a secret leaves can be found by that word.
 */
export class Redacted<Secret = string> {
  readonly #secret: Secret

  constructor(secret: Secret) {
    this.#secret = secret
  }

  /** The secret itself, for a request or a comparison and nothing else. */
  reveal(): Secret {
    return this.#secret
  }

  /** What `make` gets out of the secret, as well hidden as the secret. */
  map<Other>(make: (secret: Secret) => Other): Redacted<Other> {
    return new Redacted(make(this.#secret))
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
