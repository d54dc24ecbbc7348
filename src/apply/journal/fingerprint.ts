/** Recognizes a previously written login by a salted hash, from which the login can't be recovered. */

import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { Redacted } from '../../secrecy/redacted.ts'

const LENGTH = 32
/** Fingerprints computed in this process, by the login's digest: a run writes one login to hundreds of namespaces, and scrypt is slow. */
const known = new Map<string, string>()

/** The login's fingerprint, `scrypt:SALT:HASH` in hex. Salted and slow, so that a weak password can't be guessed. */
export function fingerprintOf(secret: Redacted<string>): string {
  const login = secret.reveal()
  const digest = createHash('sha256').update(login).digest('hex')
  const made = known.get(digest) ?? make(login, randomBytes(16))
  known.set(digest, made)
  return made
}

/** Whether the fingerprint is of this login. */
export function isFingerprintOf(secret: Redacted<string>, fingerprint: string): boolean {
  const login = secret.reveal()
  const digest = createHash('sha256').update(login).digest('hex')
  if (known.get(digest) === fingerprint) return true
  const [, salt = '', hash = ''] = fingerprint.split(':')
  const expected = Buffer.from(hash, 'hex')
  if (expected.length !== LENGTH) return false
  const same = timingSafeEqual(scryptSync(login, Buffer.from(salt, 'hex'), LENGTH), expected)
  if (same) known.set(digest, fingerprint)
  return same
}

function make(login: string, salt: Buffer): string {
  return `scrypt:${salt.toString('hex')}:${scryptSync(login, salt, LENGTH).toString('hex')}`
}
