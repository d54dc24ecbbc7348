/** The login that the user gives by flags. */

import { canonicalKey } from '../dockerconfig/docker-key.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { canonicalRegistry } from '../image/docker-hub.ts'
import type { Redacted } from '../secrecy/redacted.ts'

/**
 * Makes a login from `--username` and a password on standard input, from which one line end is removed, as docker does.
 * @throws UsageError if they are not a valid login; it never contains the password
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
