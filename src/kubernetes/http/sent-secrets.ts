/** The secrets that were sent to a server or a proxy, which may repeat them in what they answer. */

import type { Redacted } from '../../secrecy/redacted.ts'

export class SentSecrets {
  readonly #texts = new Set<string>()

  /** What a proxy's URL holds, as it is written and as it is sent. */
  addPasswordOf({ password }: URL): void {
    this.#add(password)
    try {
      this.#add(decodeURIComponent(password))
    } catch {
      // A stray % in it: then it is sent as it is written.
    }
  }

  /** An Authorization header: `Bearer TOKEN`, or `Basic` and the base64 of `user:password`. */
  addLogin(authorization: Redacted | null): void {
    const [scheme = '', secret = ''] = authorization?.reveal().split(' ') ?? []
    this.#add(secret)
    if (/^basic$/i.test(scheme)) {
      const login = Buffer.from(secret, 'base64').toString('utf8')
      this.#add(login.slice(login.indexOf(':') + 1))
    }
  }

  /** The text without any of them. */
  removeFrom(text: string): string {
    const longestFirst = [...this.#texts].sort((one, other) => other.length - one.length)
    return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  }

  /** What is shorter is a word of its own, and would be taken out of innocent texts. */
  #add(secret: string): void {
    if (secret.length >= 4) this.#texts.add(secret)
  }
}
