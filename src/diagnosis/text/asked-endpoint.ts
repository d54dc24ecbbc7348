/** The host that a failed pull asked, for everything that names it: what a title says and what a step asks has to be the same host. */

import { apiHost } from '../../image/registries.ts'
import type { Finding } from '../finding.ts'
import type { NamedEndpoint } from './endpoint.ts'

/** The host that the text names, or else the registry's; null if neither is known. A proxy and the runtime are on the way, and not asked. */
export function askedEndpoint({
  endpoint,
  registry,
}: Pick<Finding, 'endpoint' | 'registry'>): NamedEndpoint | null {
  if (endpoint !== null && endpoint.role !== 'proxy' && endpoint.role !== 'runtime') return endpoint
  return registry === null ? null : { host: apiHost(registry), role: 'registry' }
}
