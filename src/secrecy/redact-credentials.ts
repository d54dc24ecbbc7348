/** Removes the known passwords from text that comes from outside, such as what an admission webhook says. */

import type { Redacted } from './redacted.ts'

const SHOWN = '[redacted]'

/**
 * A function that replaces each password of `credentials` with `[redacted]`: as it is, as JSON and URLs write it, and inside base64 (an
 * `auth` value, the data of a Secret).
 */
export function credentialRedactor(
  credentials: { username: string; password: Redacted }[],
): (text: string) => string {
  const logins = credentials.map(({ username, password }) => [username, password.reveal()] as const)
  const spellings = new Set(
    logins.flatMap(([username, password]) => (password === '' ? [] : spellingsOf(username, password))),
  )
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length)
  const holdsOne = (text: string) => longestFirst.some(spelling => text.includes(spelling))
  return text => {
    const plain = longestFirst.reduce((rest, spelling) => rest.replaceAll(spelling, SHOWN), text)
    // A path in front of the value may have shifted it, so each of the four ways to read it is tried.
    return plain.replace(/[A-Za-z0-9+/_-]{4,}/g, run =>
      [0, 1, 2, 3].some(shift => holdsOne(decoded(run.slice(shift)))) ? SHOWN : run,
    )
  }
}

function decoded(run: string): string {
  return Buffer.from(run, 'base64').toString('utf8')
}

/** The `auth` value is among them because it may itself stand inside base64, as in a Secret's data. */
function spellingsOf(username: string, password: string): string[] {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return [password, JSON.stringify(password).slice(1, -1), encodeURIComponent(password), auth]
}
