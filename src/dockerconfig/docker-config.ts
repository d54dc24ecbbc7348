/** Writes the `.dockerconfigjson` of a pull secret: only what the kubelet reads, in an order that never changes. */

import type { Credential } from './credential.ts'

/**
 * The text for the key `.dockerconfigjson`: `auths` with username, password and auth for each credential, sorted by key, so that the same
 * credentials give the same bytes. The text is secret. Identity tokens are left out: the kubelet ignores them
 * (pkg/credentialprovider/config.go); two credentials with one key: the last wins.
 */
export function dockerConfigJson(credentials: Credential[]): string {
  const entries = credentials
    .filter(credential => credential.kind === 'password')
    .map(credential => [credential.key, authEntry(credential)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return JSON.stringify({ auths: Object.fromEntries(entries) })
}

function authEntry({ username, password }: Credential) {
  const secret = password.reveal()
  const auth = Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')
  return { username, password: secret, auth }
}
