/** Removes secrets from text that are known: those of logins, and those that were sent to a server. */

import { MARK, type Redacted } from './redacted.ts'

/**
 * Returns a function that replaces each password of `credentials` with `[redacted]`: verbatim, as JSON and URLs write it, and inside base64
 * (an `auth` value, the data of a Secret).
 */
export function credentialRedactor(
  credentials: { username: string; password: Redacted }[],
): (text: string) => string {
  const logins = credentials.map(({ username, password }) => [username, password.reveal()] as const)
  const spellings = new Set(
    logins.flatMap(([username, password]) => (password === '' ? [] : spellingsOf(username, password))),
  )
  const sorted = longestFirst(spellings)
  const holdsOne = (text: string) => sorted.some(spelling => text.includes(spelling))
  return text => {
    const plain = withoutTexts(text, sorted)
    // A path in front of the value may have shifted it, so each of the four alignments is tried.
    return plain.replace(/[A-Za-z0-9+/_-]{4,}/g, run =>
      [0, 1, 2, 3].some(shift => holdsOne(decoded(run.slice(shift)))) ? MARK : run,
    )
  }
}

function decoded(run: string): string {
  return Buffer.from(run, 'base64').toString('utf8')
}

/** Includes the `auth` value because it may be inside base64 again, as in a Secret's data. */
function spellingsOf(username: string, password: string): string[] {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return [password, JSON.stringify(password).slice(1, -1), encodeURIComponent(password), auth]
}

/** The secrets that were sent to the server or a proxy, which may repeat them in a response. */
export class SentSecrets {
  readonly #texts = new Set<string>()

  /** The password in a proxy's URL, as written and as sent. */
  addPasswordOf({ password }: URL): void {
    this.#add(password)
    try {
      this.#add(decodeURIComponent(password))
    } catch {
      // It contains a stray %, so it is sent unchanged.
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

  /** Returns the text without any of them. */
  removeFrom(text: string): string {
    return withoutTexts(text, longestFirst(this.#texts))
  }

  /** A shorter text is likely an ordinary word, and removing it would damage other texts. */
  #add(secret: string): void {
    if (secret.length >= 4) this.#texts.add(secret)
  }
}

/** A longer secret can contain a shorter one. */
function longestFirst(secrets: Iterable<string>): string[] {
  return [...secrets].sort((one, other) => other.length - one.length)
}

function withoutTexts(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, MARK), text)
}
