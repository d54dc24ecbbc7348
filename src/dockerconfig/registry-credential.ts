/** A registry's login, or the reason why there is none that a pull secret could contain; and which of several serves an image. */

import { canonicalRegistry } from '../image/docker-hub.ts'
import type { Reference } from '../image/reference.ts'
import type { Redacted } from '../secrecy/redacted.ts'
import { coversRepository } from './docker-key.ts'

export interface Credential {
  /** As in references: `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string
  /** The canonical `auths` key for a pull secret: `https://index.docker.io/v1/`, a bare host, or `host/path`. */
  key: string
  username: string
  /** Password, access token or, if `kind` says so, an identity token. */
  password: Redacted
  /** An identity token works only at the token server: the kubelet ignores it, but pullguard's own requests can use it. */
  kind: 'password' | 'identity-token'
  /** Valid for a few hours only: a pull secret with it stops working. */
  shortLived: boolean
  /** A helper created it for this machine's identity, as cloud helpers do, instead of reading it from a key store. */
  issuedByHelper: boolean
  /** For people: `file ~/.docker/config.json`, `DOCKER_AUTH_CONFIG`, `docker-credential-pass (…)`, `--username`. */
  origin: string
}

export type RefusalReason =
  /** No config on this machine has the registry. */
  | 'no-entry'
  /** There is an entry with nothing in it, as Docker Desktop writes. */
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
  /** The helper's name might not be a program's name, so it is not run. */
  | 'helper-name'
  /** The helper ran and has nothing for this registry. */
  | 'helper-has-none'
  /** The helper failed, took too long, or returned something invalid. */
  | 'helper-failed'

/** Why no credential of this machine can go into a pull secret for the registry. Never contains a secret. */
export interface CredentialRefusal {
  registry: string
  reason: RefusalReason
  /** A clause for messages: which place, which key, what the helper printed. */
  detail: string
  /** For `identity-token`: the credential that pullguard itself can still read with; otherwise null. */
  forReading: Credential | null
}

/** Prefixes of Docker's, GitHub's and GitLab's personal tokens; GitHub's `ghs_` tokens belong to an installation and last an hour. */
const PERSONAL = /^(?:dckr_pat_|ghp_|github_pat_|gho_|glpat-)/
const ORGANIZATION = /^dckr_oat_/
const SHORT_LIVED = /^(?:ghs_|ya29\.)/

/** The kind of a login's secret by its prefix, to decide where to distribute it. null: a password, or a token with an unknown prefix. */
export function tokenKind({
  password,
  shortLived,
  issuedByHelper,
}: Credential): 'personal-token' | 'organization-token' | 'short-lived' | null {
  const secret = password.reveal()
  if (shortLived || issuedByHelper || SHORT_LIVED.test(secret)) return 'short-lived'
  if (ORGANIZATION.test(secret)) return 'organization-token'
  return PERSONAL.test(secret) ? 'personal-token' : null
}

/**
 * Returns the login of the image's registry with the longest key that covers the repository; null if there is none. A login is never sent
 * to another registry.
 */
export function loginFor(
  credentials: readonly Credential[],
  { registry, repository }: Pick<Reference, 'registry' | 'repository'>,
): Credential | null {
  return credentials
    .filter(login => login.registry === canonicalRegistry(registry))
    .filter(({ key, registry: own }) => coversRepository(key, own, repository))
    .reduce<Credential | null>(
      (best, each) => (best && best.key.length >= each.key.length ? best : each),
      null,
    )
}
