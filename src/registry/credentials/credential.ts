/** What was found of this machine's credentials: one that can be used, or the reason why there is none. */

import { UsageError } from '../../errors.ts'
import { DOCKER_HUB, DOCKER_HUB_KEY, registryName } from '../docker-hub.ts'
import { Redacted } from '../redacted.ts'

export interface Credential {
  /** As in references: `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string
  /** The canonical `auths` key for a pull secret: `https://index.docker.io/v1/`, a bare host, or `host/path`. */
  key: string
  username: string
  /** Password, access token or, where `kind` says so, an identity token. */
  password: Redacted
  /** An identity token logs in at the token server only: the kubelet has no use for it, pullguard's own reading has. */
  kind: 'password' | 'identity-token'
  /** Made by a cloud's helper for some hours: a pull secret that holds it stops working. */
  shortLived: boolean
  /** A helper made it for this machine's own identity, as those of clouds do, rather than took it from a key store. */
  minted: boolean
  /** For people: `file ~/.docker/config.json`, `DOCKER_AUTH_CONFIG`, `docker-credential-pass (…)`, `--username`. */
  origin: string
}

export type RefusalReason =
  /** No place on this machine names the registry. */
  | 'no-entry'
  /** There is an entry and nothing in it, as Docker Desktop leaves them. */
  | 'empty-entry'
  /** `auth` is not base64 of `user:password`, or a field has the wrong type. */
  | 'malformed-entry'
  /** A user name without a password, or the reverse. */
  | 'half-entry'
  /** Only an identity token (`docker login` in a browser, `az acr login`): the kubelet ignores those. */
  | 'identity-token'
  /** Only a registry token, which the kubelet ignores. */
  | 'registry-token'
  /** The helper program is not installed. */
  | 'helper-missing'
  /** The helper's name could be something else than a program's name; it is not run. */
  | 'helper-name'
  /** The helper ran and has nothing for this registry. */
  | 'helper-has-none'
  /** The helper failed, took too long or answered nonsense. */
  | 'helper-failed'

/** Why no credential of this machine can go into a pull secret for the registry. Never holds a secret. */
export interface CredentialRefusal {
  registry: string
  reason: RefusalReason
  /** One clause for people: which place, which key, what the helper said. */
  detail: string
  /** With `identity-token`: what pullguard itself may still read with; null otherwise. */
  forReading: Credential | null
}

/** The canonical key of a whole registry: Docker Hub's URL, or the bare host. */
export function canonicalKey(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry
}

/**
 * A credential that a person gave: `--username` and a password from standard input (one line end is cut off, as docker does).
 * Throws UsageError where the two can't make a login; it never names the password.
 */
export function explicitCredential(registry: string, username: string, passwordInput: string): Credential {
  const password = passwordInput.replace(/\r?\n$/, '')
  if (username === '') throw new UsageError('--username is empty: give the account to log in with')
  if (username.includes(':'))
    throw new UsageError('--username contains a colon, which no registry login can hold')
  if (password === '') {
    throw new UsageError(
      'no password on standard input: pipe it in, such as `pullguard fix … --password-stdin < token`',
    )
  }
  const name = registryName(registry)
  return {
    registry: name,
    key: canonicalKey(name),
    username,
    password: new Redacted(password),
    kind: 'password',
    shortLived: false,
    minted: false,
    origin: '--username',
  }
}
