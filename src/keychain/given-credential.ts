/** The login that a person gives by flags. */

import { canonicalKey } from '../dockerconfig/docker-key.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { canonicalRegistry } from '../image/docker-hub.ts'
import type { Redacted } from '../secrecy/redacted.ts'

/**
 * `--username` and a password from standard input, of which one line end is cut off, as docker does.
 * @throws UsageError where the two can't make a login; it never names the password
 */
export function givenCredential(registry: string, username: string, passwordInput: Redacted): Credential {
  const password = passwordInput.map(text => text.replace(/\r?\n$/, ''))
  if (username === '') throw new UsageError('--username is empty: give the account to log in with')
  if (username.includes(':'))
    throw new UsageError('--username contains a colon, which no registry login can hold')
  if (password.map(text => text === '').reveal()) {
    throw new UsageError(
      'no password on standard input: pipe it in, such as `pullguard fix … --password-stdin < token`',
    )
  }
  const name = canonicalRegistry(registry)
  return {
    registry: name,
    key: canonicalKey(name),
    username,
    password,
    kind: 'password',
    shortLived: false,
    minted: false,
    origin: '--username',
  }
}
