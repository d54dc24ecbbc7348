/** Logs in by a kubeconfig's legacy `auth-provider` (OIDC and the clouds' own), as @kubernetes/client-node does it. */

import { UnreachableError } from '../../errors.ts'
import { type Fields, mapping, text } from '../kubeconfig/kubeconfig.ts'
import type { Credential, Fetched } from './client-credential.ts'
import { lastLine } from './last-line.ts'

/** An ID token is looked at again after this long; the provider itself fetches another only when it has expired. */
const LOOK_AGAIN = 60_000

/**
 * @param own the client certificate that goes along
 * @throws UnreachableError naming the provider where it gives no token
 */
export function authProviderFetch(provider: Fields, server: string, own: Credential): () => Promise<Fetched> {
  const name = text(provider, 'name')
  const user = { name: 'user', authProvider: { name, config: mapping(provider.config) ?? {} } }
  // Its tokens are renewed in place, so one object serves the whole run.
  const config = configured(user, server)
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} }
    try {
      await (await config).applyToHTTPSOptions(options)
    } catch (error) {
      const said = error instanceof Error ? lastLine(error.message) : 'no reason given'
      throw new UnreachableError(
        `The kubeconfig's auth-provider ${name} gave no token (${said}): log in again with its own tool, or use --token`,
        { cause: error },
      )
    }
    const authorization = options.headers.Authorization ?? null
    return { credential: { ...own, authorization }, expiresAt: Date.now() + LOOK_AGAIN }
  }
}

async function configured(user: { name: string; authProvider: Fields }, server: string) {
  // Large, and only needed here: other users' start-up does without it.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server, skipTLSVerify: false }],
    users: [user],
    contexts: [{ name: 'context', cluster: 'cluster', user: user.name }],
    currentContext: 'context',
  })
  return config
}
