/** Where a user's credentials come from, chosen in client-go's order, and when they are fetched again. */

import type { Clock } from '../../clock.ts'
import { UnreachableError, UsageError } from '../../errors.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { ConnectionOptions } from '../kubeconfig/connection-options.ts'
import { type Fields, mapping, text } from '../kubeconfig/kubeconfig.ts'
import { pemText } from '../kubeconfig/pem-source.ts'
import { isPlainHttp } from '../kubeconfig/server.ts'
import type { Target, User } from '../kubeconfig/target.ts'
import {
  type ClientCredential,
  type CredentialWithExpiry,
  certificateFault,
  hasSameCertificate,
  isHeaderSafe,
} from './client-credential.ts'
import { askPlugin, lastLine } from './exec-plugin.ts'

export interface CredentialSource {
  current(): Promise<ClientCredential>
  /** After a 401 to `refused`: another credential to try, or null if there is none. */
  renewed(refused: ClientCredential): Promise<ClientCredential | null>
}

/** client-go reads a token file again after a minute at most (transport.NewCachedFileTokenSource). */
const TOKEN_FILE_LIFE = 60_000

interface LoginOptions extends Pick<ConnectionOptions, 'env' | 'storedLoginOnly'> {
  /** Decides when a login has expired. */
  clock: Clock
  /** Ends a login that is still running. */
  signal: AbortSignal
}

/**
 * @param login.env what exec plugins inherit
 * @throws UsageError for a certificate or key that can't be read, and for `storedLoginOnly` if there is no such login
 */
export async function credentialSource(
  { user, cluster }: Target,
  server: URL,
  { env, storedLoginOnly = false, clock, signal }: LoginOptions,
): Promise<CredentialSource> {
  // Credentials never go over plain HTTP; client-go omits them, too.
  if (isPlainHttp(server)) return fixed({ authorization: null, certificate: null, key: null })
  const own = await certificateOf(user)
  const { exec, authProvider } = user
  // If both are set, the file counts, because it is the one that is renewed (client-go api.AuthInfo).
  if (user.tokenFile !== '') return fetchedBy(() => fromTokenFile(user, own, clock), clock)
  if (user.token !== null) return fixed({ ...own, authorization: bearer(user.token) })
  if (user.username !== '' || user.password !== null) return fixed({ ...own, authorization: basic(user) })
  const isPlugin = exec !== null && own.certificate === null
  if (storedLoginOnly && (isPlugin || authProvider !== null)) {
    throw new UsageError(`User ${user.name} in the kubeconfig logs in with a program: use --token`)
  }
  if (isPlugin) {
    return fetchedBy(() => askPlugin({ plugin: exec, cluster, env, signal }), clock)
  }
  if (authProvider !== null) return fetchedBy(authProviderFetch(authProvider, server.href, own, clock), clock)
  return fixed(own)
}

/** A credential that never changes. */
function fixed(credential: ClientCredential): CredentialSource {
  return { current: async () => credential, renewed: async () => null }
}

/** A credential that is fetched once for all requests, and again once it has expired or was refused. */
export function fetchedBy(fetch: () => Promise<CredentialWithExpiry>, clock: Clock): CredentialSource {
  let last: Promise<CredentialWithExpiry> | null = null
  /** Many requests may notice at the same time that `seen` has expired; the first one fetches for all. */
  const after = async (seen: Promise<CredentialWithExpiry> | null) => {
    if (last === null || last === seen) last = fetch()
    return (await last).credential
  }
  return {
    async current() {
      const seen = last
      const held = await seen
      return held !== null && clock.now() < held.expiresAt ? held.credential : after(seen)
    },
    async renewed(refused) {
      const seen = last
      const held = (await seen)?.credential
      if (held !== undefined && held !== refused) return held
      const fresh = await after(seen)
      return isSame(fresh, refused) ? null : fresh
    },
  }
}

/** Whether both would send the same bytes. */
function isSame(a: ClientCredential, b: ClientCredential): boolean {
  return a.authorization?.reveal() === b.authorization?.reveal() && hasSameCertificate(a, b)
}

async function certificateOf(user: User): Promise<ClientCredential> {
  const certificate = (await pemText(user.clientCertificate, 'client certificate'))?.reveal() ?? null
  const key = await pemText(user.clientKey, 'client key')
  if ((certificate === null) !== (key === null)) {
    const missing = key === null ? 'client-key' : 'client-certificate'
    throw new UsageError(
      `User ${user.name} in the kubeconfig has no ${missing}: add it, or remove its other half`,
    )
  }
  const fault = certificateFault(certificate, key)
  if (fault !== null) {
    throw new UsageError(
      `The client certificate of user ${user.name} in the kubeconfig can't be used: ${fault}`,
    )
  }
  return { authorization: null, certificate, key }
}

function bearer(token: Redacted): Redacted {
  if (isHeaderSafe(token)) return token.map(text => `Bearer ${text}`)
  throw new UsageError(
    "The token contains a line break or another character that can't be sent: correct it in the kubeconfig or where it comes from",
  )
}

/** If the file can't be read, uses the token beside it, as client-go does. */
async function fromTokenFile({ tokenFile, token }: User, own: ClientCredential, clock: Clock) {
  const read = await pemText({ file: tokenFile }, 'token file').catch((error: unknown) => {
    if (token === null) throw error
    return null
  })
  const held = read?.map(text => text.trim())
  const fresh = held === undefined || held.reveal() === '' ? token : held
  if (fresh === null)
    throw new UsageError(`The token file ${tokenFile} is empty: log in again or use --token`)
  return { credential: { ...own, authorization: bearer(fresh) }, expiresAt: clock.now() + TOKEN_FILE_LIFE }
}

function basic({ username, password }: User): Redacted {
  const login = (password ?? new Redacted('')).map(text => `${username}:${text}`)
  return login.map(text => `Basic ${Buffer.from(text).toString('base64')}`)
}

/** Milliseconds after which an ID token is requested again; the provider itself fetches a new one only if it has expired. */
const LOOK_AGAIN = 60_000

/**
 * The login of a legacy `auth-provider` (OIDC and the clouds'), as @kubernetes/client-node does it.
 * @param own the client certificate to send along
 * @throws UnreachableError naming the provider if it returns no token
 */
function authProviderFetch(
  provider: Redacted<Fields>,
  server: string,
  own: ClientCredential,
  clock: Clock,
): () => Promise<CredentialWithExpiry> {
  const name = text(provider.reveal(), 'name')
  // Large, and loaded only here, so that it does not slow down other users' startup.
  const login = import('./client-node-login.ts').then(({ providerLogin }) =>
    providerLogin({ name, config: mapping(provider.reveal().config) ?? {} }, server),
  )
  return async () => {
    try {
      const authorization = await (await login)()
      return { credential: { ...own, authorization }, expiresAt: clock.now() + LOOK_AGAIN }
    } catch (error) {
      const reason = error instanceof Error ? lastLine(error.message) : 'no reason given'
      throw new UnreachableError(
        `The kubeconfig's auth-provider ${name} returned no token (${reason}): log in again with its own tool, or use --token`,
        { cause: error },
      )
    }
  }
}
