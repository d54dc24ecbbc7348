/** Picks the way a user logs in, in client-go's order. */

import type { Clock } from '../../clock.ts'
import { UsageError } from '../../errors.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import { pemText } from '../kubeconfig/pem-source.ts'
import { isPlainHttp } from '../kubeconfig/server-url.ts'
import type { Target, User } from '../kubeconfig/target.ts'
import { authProviderFetch } from './auth-provider.ts'
import { type ClientCredential, type CredentialSource, fetchedBy, fixed } from './client-credential.ts'
import { askPlugin } from './exec-plugin.ts'
import { certificateFault, isHeaderSafe } from './validate-credential.ts'

/** client-go reads a token file again after a minute at most (transport.NewCachedFileTokenSource). */
const TOKEN_FILE_LIFE = 60_000

/**
 * @param env what exec plugins inherit
 * @param signal ends a login that still runs
 * @throws UsageError for a certificate or key that can't be read
 */
export async function credentialSource(
  { user, cluster }: Target,
  server: URL,
  env: Record<string, string | undefined>,
  clock: Clock,
  signal: AbortSignal,
): Promise<CredentialSource> {
  // Credentials never go over plain HTTP: client-go leaves them out too.
  if (isPlainHttp(server)) return fixed({ authorization: null, certificate: null, key: null })
  const own = await certificateOf(user)
  const { exec, authProvider } = user
  // With both, the file counts, for it is the one that is renewed (client-go api.AuthInfo).
  if (user.tokenFile !== '') return fetchedBy(() => fromTokenFile(user, own, clock), clock)
  if (user.token !== null) return fixed({ ...own, authorization: bearer(user.token) })
  if (user.username !== '' || user.password !== null) return fixed({ ...own, authorization: basic(user) })
  if (exec !== null && own.certificate === null) {
    return fetchedBy(() => askPlugin({ plugin: exec, cluster, env, signal }), clock)
  }
  if (authProvider !== null) return fetchedBy(authProviderFetch(authProvider, server.href, own, clock), clock)
  return fixed(own)
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
  const fault = certificate === null || key === null ? null : certificateFault(certificate, key)
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
    "The token holds a line break or another character that can't be sent: correct it in the kubeconfig or where it comes from",
  )
}

/** A file that can't be read leaves the token beside it, as client-go does. */
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
