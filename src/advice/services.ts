/** Steps for a registry, a mirror, or another host that is a Service of the cluster, and whose name the node resolved: what is left is the cluster's own network. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { NamedEndpoint } from '../diagnosis/text/endpoint.ts'
import { isSurelyOfCluster } from '../image/host.ts'
import { isOpenShiftService } from '../image/registries.ts'
import type { Step } from './step/step.ts'

/** The name and the namespace of the Service that a host name belongs to. */
export function serviceOf(host: string): { name: string; namespace: string } | null {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)(?=[.:]|$)/i.exec(host) ?? []
  return name === undefined || namespace === undefined || !isSurelyOfCluster(host)
    ? null
    : { name, namespace }
}

/**
 * Looks at what is behind the Service, and at the way to it on the node; empty for any other host, and for a Service whose name may not be known there.
 * A Service without ready pods refuses connections (kubernetes.io/docs/reference/networking/virtual-ips), so its pods come first then.
 */
export function serviceSteps({ clues, node }: Finding, { host, role }: NamedEndpoint): Step[] {
  const service = serviceOf(host)
  const wasOpened = hasClue(clues, 'cut-off', 'tls-unfinished', 'unanswered', 'request-late')
  if (service === null || (hasClue(clues, 'service-name') && !wasOpened)) return []
  const pods: Step = { code: 'service-pods', ...service, isOpenShift: isOpenShiftService(host) }
  const network: Step = { code: 'service-network', host, role, node }
  const isOfPods = clueOf(clues, 'unopened')?.why === 'refused' || hasClue(clues, 'cut-off')
  return isOfPods ? [pods, network] : [network, pods]
}
