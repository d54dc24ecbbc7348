/** The words for the host that a pull asked. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { askedEndpoint } from '../../../diagnosis/text/asked-endpoint.ts'
import type { NamedEndpoint } from '../../../diagnosis/text/endpoint.ts'
import { hostLabel, registryLabel } from '../nouns.ts'

/** Returns the host that was asked, or words for it. */
export function endpointOrRegistry(finding: Pick<Finding, 'endpoint' | 'registry'>): NamedEndpoint {
  return askedEndpoint(finding) ?? { host: 'the registry', role: 'registry' }
}

/** Returns, for example, `registry-1.docker.io` or `the mirror cache.example`; a host of the registry keeps its own name here. */
export function askedHost(first: Pick<Finding, 'endpoint' | 'registry' | 'clues'>): string {
  const host = endpointOrRegistry(first)
  const download = clueOf(first.clues, 'download-host')
  if (first.endpoint === null && download !== undefined)
    return download.from ?? `the host that ${registryLabel(first.registry)} redirects downloads to`
  return host.role === 'registry' ? host.host : hostLabel(host, first.registry)
}
