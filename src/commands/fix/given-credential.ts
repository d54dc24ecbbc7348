/** The login of `--username` and `--password-stdin`. Loaded only if one of them is given. */

import { canonicalKey } from '../../dockerconfig/docker-key.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { UsageError } from '../../errors.ts'
import { canonicalRegistry, DOCKER_HUB } from '../../image/docker-hub.ts'
import { readUpTo } from '../../network/read-up-to.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { CommandContext } from '../context.ts'
import type { FixOptions } from './session.ts'

/**
 * Returns the login from the flags; null without one. It is for Docker Hub unless `--registry` names another registry: image names in pods
 * never decide where a password goes.
 * @throws UsageError if the flags don't describe one login for one registry
 */
export async function loginFromFlags(
  options: FixOptions,
  context: CommandContext,
): Promise<Credential | null> {
  const { username, passwordStdin, registries } = options
  if (username === undefined) {
    if (passwordStdin) throw new UsageError('--password-stdin needs --username: give the account as well.')
    return null
  }
  if (!passwordStdin) {
    throw new UsageError(
      // Some registries take a token as both halves of the login, so the name is not repeated.
      `--username needs the password on standard input: add \`--password-stdin < token\` to the command.`,
    )
  }
  if (context.stdin.isTTY) {
    throw new UsageError(
      `--password-stdin reads a pipe or a file, and standard input is a terminal, which would show the password: \`… --password-stdin < token\`.`,
    )
  }
  const [registry = DOCKER_HUB, ...others] = new Set(registries.map(canonicalRegistry))
  if (others.length > 0) {
    throw new UsageError(
      `--username is a login for one registry, and --registry names several (${[registry, ...others].join(', ')}): name one.`,
    )
  }
  return givenCredential(registry, username, await readPassword(context.stdin))
}

/**
 * Makes a login from `--username` and a password on standard input, from which one line end is removed, as docker does.
 * @throws UsageError if they are not a valid login; it never contains the password
 */
export function givenCredential(registry: string, username: string, passwordInput: Redacted): Credential {
  const password = passwordInput.map(text => text.replace(/\r?\n$/, ''))
  if (username === '') throw new UsageError('--username is empty: give the account to log in with.')
  if (username.includes(':'))
    throw new UsageError('--username contains a colon, which no registry login can hold.')
  if (password.map(text => text === '').reveal()) {
    throw new UsageError(
      'No password on standard input: pipe it in, such as `pullguard fix … --password-stdin < token`.',
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
    issuedByHelper: false,
    origin: '--username',
  }
}

/** More than any password. */
const MAX_PASSWORD_BYTES = 64 * 1024

async function readPassword(stream: AsyncIterable<Uint8Array>): Promise<Redacted> {
  const bytes = await readUpTo(stream, MAX_PASSWORD_BYTES)
  if (bytes === null) throw new UsageError('Standard input is too long for a password.')
  return new Redacted(bytes.toString('utf8'))
}
