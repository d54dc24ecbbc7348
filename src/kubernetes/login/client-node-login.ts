/** The legacy auth providers of @kubernetes/client-node: one megabyte in a separate chunk of the bundle, loaded only if a user needs it. */

import { KubeConfig } from '@kubernetes/client-node'
import { Redacted } from '../../secrecy/redacted.ts'
import type { Fields } from '../kubeconfig/kubeconfig.ts'

/** Asks the provider for a login: a Bearer header, or null if it has none. */
type ProviderLogin = () => Promise<Redacted | null>

/**
 * @param provider the kubeconfig's `auth-provider`; its tokens are renewed in place, so one login serves the whole run
 * @returns rejects with the provider's own error
 */
export function providerLogin(provider: { name: string; config: Fields }, server: string): ProviderLogin {
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server, skipTLSVerify: false }],
    users: [{ name: 'user', authProvider: provider }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  })
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} }
    await config.applyToHTTPSOptions(options)
    const { Authorization } = options.headers
    return Authorization === undefined ? null : new Redacted(Authorization)
  }
}
