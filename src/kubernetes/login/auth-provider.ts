/** Logs in by a kubeconfig's legacy `auth-provider` (OIDC and the clouds' own), as @kubernetes/client-node does it. */

import type { Clock } from '../../clock.ts'
import { UnreachableError } from '../../errors.ts'
import type { Redacted } from '../../secrecy/redacted.ts'
import { type Fields, mapping, text } from '../kubeconfig/kubeconfig.ts'
import type { ClientCredential, Fetched } from './client-credential.ts'
import { lastLine } from './last-line.ts'

/** An ID token is looked at again after this long; the provider itself fetches another only when it has expired. */
const LOOK_AGAIN = 60_000

/**
 * @param own the client certificate that goes along
 * @throws UnreachableError naming the provider where it gives no token
 */
export function authProviderFetch(
  provider: Redacted<Fields>,
  server: string,
  own: ClientCredential,
  clock: Clock,
): () => Promise<Fetched> {
  const name = text(provider.reveal(), 'name')
  // Large, and only needed here: other users' start-up does without it.
  const login = import('./client-node-login.ts').then(({ providerLogin }) =>
    providerLogin({ name, config: mapping(provider.reveal().config) ?? {} }, server),
  )
  return async () => {
    try {
      const authorization = await (await login)()
      return { credential: { ...own, authorization }, expiresAt: clock.now() + LOOK_AGAIN }
    } catch (error) {
      const said = error instanceof Error ? lastLine(error.message) : 'no reason given'
      throw new UnreachableError(
        `The kubeconfig's auth-provider ${name} gave no token (${said}): log in again with its own tool, or use --token`,
        { cause: error },
      )
    }
  }
}
