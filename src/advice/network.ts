/** Steps for failed connections: the host's name, port, and certificate, and the proxy. The host is the endpoint's. */

import { clueOf } from '../diagnosis/clue.ts'
import {
  isLocal,
  isPrivateAddress,
  isServiceName,
  type NamedEndpoint,
  type NodeService,
  nodeServiceAt,
} from '../diagnosis/endpoint.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { apiHost, isHosted } from '../image/registries.ts'
import { hasClue, stepsIf } from './conditions.ts'
import type { Step } from './step.ts'

/** The host that the text names, or else the registry's. */
export function targetHost({ endpoint, registry }: Pick<Finding, 'endpoint' | 'registry'>): NamedEndpoint {
  if (endpoint !== null && endpoint.role !== 'proxy' && endpoint.role !== 'runtime') return endpoint
  return { host: registry === null ? 'REGISTRY' : apiHost(registry), role: 'registry' }
}

/** Tests the connection as the runtime made it: over HTTP if its text shows that, else over HTTPS. */
function testConnection({ evidence }: Finding, target: NamedEndpoint): Step {
  const text = evidence?.text ?? ''
  const isPlain = text.includes(`http://${target.host}/`) && !text.includes(`https://${target.host}/`)
  return { code: 'test-connection', scheme: isPlain ? 'http' : 'https', ...target }
}

/** The node's settings name a mirror's host, so that is where to correct it. */
export function ofMirror({ registry }: Finding, { host, role }: NamedEndpoint): Step[] {
  return role === 'mirror' && registry !== null
    ? [{ code: 'mirror-settings', host, registry, about: 'endpoint' }]
    : []
}

/** The mirror that did not answer, with the place to look at: on its own node, or wherever it runs. */
export function silentMirror({ registry }: Pick<Finding, 'registry'>, target: NamedEndpoint): Step[] {
  const { host, role } = target
  if (role !== 'mirror' || registry === null) return []
  if (!isLocal(host)) return [{ code: 'check-mirror', host, registry }]
  const service = nodeServiceAt(target)
  const mirror: Step = { code: 'node-mirror', host, service }
  return [mirror]
}

/** Services that are processes of the node, not pods. */
const WITHOUT_POD: readonly NodeService[] = ['embedded-registry', 'artifact-streaming']

/** What should listen at an address of the node itself, if its port tells. */
function nodeServiceSteps(target: NamedEndpoint): Step[] {
  const { host } = target
  const service = nodeServiceAt(target)
  if (service === null) return []
  return WITHOUT_POD.includes(service)
    ? [{ code: 'node-mirror', host, service }]
    : [{ code: 'node-service', host, service }]
}

/** A mirror that lacks the image, where the registry itself was only the last one to be tried, and can't be reached. */
function mirrorLacking({ clues, registry }: Finding, { role }: NamedEndpoint): Step[] {
  const host = clueOf(clues, 'mirrors-failed')?.lacking ?? null
  return host === null || registry === null || role !== 'registry'
    ? []
    : [{ code: 'mirror-lacks-image', host, registry, source: 'unreachable' }]
}

/** A name or address that no node can reach, however the network is set up. */
function unreachableName(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const service = nodeServiceSteps({ host, role })
  if (service.length > 0) return service
  // Names were rewritten on purpose to go through a cache there.
  if (hasClue(finding, 'loopback') && hasClue(finding, 'relays'))
    return [{ code: 'node-mirror', host, service: null }]
  if (hasClue(finding, 'loopback')) return [{ code: 'replace-loopback', host, role }]
  return stepsIf(hasClue(finding, 'service-name'), { code: 'replace-service-name', host, role })
}

export function dnsSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const server = clueOf(finding.clues, 'dns-server')?.server ?? null
  // OpenShift writes this name into /etc/hosts of its nodes.
  const unreachable: Step[] = /^image-registry\.openshift-image-registry\.svc(?=[.:]|$)/.test(target.host)
    ? [{ code: 'node-resolver', host: target.host }]
    : unreachableName(finding, target)
  const mirror = ofMirror(finding, target)
  const resolve: Step = { code: 'resolve-host', host: target.host }
  const container = localRegistry(finding, target)
  if (container !== null) return [{ code: 'start-local-registry', container }, resolve, ...mirror]
  // A name without a domain, such as a Service's or a container's.
  const isBare = /^[^.[]+$/.test(target.host)
  return [
    ...mirrorLacking(finding, target),
    ...(unreachable.length > 0
      ? [...unreachable, ...mirror, resolve]
      : [
          ...compareSteps(finding, target, 'name'),
          resolve,
          ...stepsIf(isBare, { code: 'bare-host', host: target.host }),
          ...mirror,
        ]),
    { code: 'fix-dns', host: target.host, server },
  ]
}

/** The container behind `localhost:5001` on nodes that are containers, too (kind's "Local Registry"); null if this is not such a registry. */
function localRegistry({ registry }: Finding, { host, role }: NamedEndpoint): string | null {
  const bare = /^[\w-]+(?=:\d+$|$)/.exec(host)?.[0] ?? null
  return role === 'mirror' && registry !== null && isLocal(registry) && bare?.startsWith('k3d-') !== true
    ? bare
    : null
}

/** If another node gets answers from the host, the fault is at this one. */
function compareSteps({ clues }: Finding, { host }: NamedEndpoint, about: 'name' | 'way'): Step[] {
  const other = clueOf(clues, 'answers-elsewhere')
  return other === undefined ? [] : [{ code: 'compare-nodes', host, node: other.node, about }]
}

/** Whether others run the host, and no address of the node or of a private network answers in its place. */
function isOfOthers(finding: Finding, { host }: NamedEndpoint): boolean {
  return isHosted(host) && !hasClue(finding, 'private-address')
}

export function timeoutSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const shaking = hasClue(finding, 'tls-unfinished')
  // Both prove that the name resolved, and that something accepts connections there.
  const opened = shaking || hasClue(finding, 'unanswered')
  const onNode = isLocal(target.host) && target.role === 'mirror'
  return [
    ...mirrorLacking(finding, target),
    ...(opened ? [] : unreachableName(finding, target)).filter(
      ({ code }) => !onNode || code === 'node-service',
    ),
    ...stepsIf(onNode, ...silentMirror(finding, target)),
    shaking ? { code: 'check-mtu', ...target } : testConnection(finding, target),
    ...compareSteps(finding, target, 'way'),
    ...ofMirror(finding, target),
    { code: 'open-host', ...target },
  ]
}

export function refusedSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const route = clueOf(finding.clues, 'no-route')
  return [
    ...mirrorLacking(finding, target),
    // Something on the node accepted the connection and closed it, so its address is right.
    ...(hasClue(finding, 'cut-off') ? [] : unreachableName(finding, target)),
    ...(route === undefined
      ? []
      : [{ code: 'give-route', host: target.host, family: route.family } as const]),
    ...(target.role === 'mirror' && finding.registry !== null && !hasClue(finding, 'loopback')
      ? [{ code: 'check-mirror', host: target.host, registry: finding.registry } as const]
      : []),
    ...ofMirror(finding, target),
    testConnection(finding, target),
    ...compareSteps(finding, target, 'way'),
    ...(target.role === 'storage' || target.role === 'token' || isOfOthers(finding, target)
      ? [{ code: 'open-host', ...target } as const]
      : nodeServiceAt(target) === null
        ? [{ code: 'check-listener', ...target } as const]
        : []),
    // A host on a private network, named without a port, might serve plain HTTP only.
    ...stepsIf(hasClue(finding, 'private-address') && !/:\d+$/.test(target.host), {
      code: 'allow-http',
      host: target.host,
    }),
  ]
}

export function tlsSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const problem = clueOf(finding.clues, 'certificate')?.problem ?? null
  const look: Step = { code: 'show-certificate', host: target.host }
  if (hasClue(finding, 'ingress-default')) return [{ code: 'ingress-certificate', host: target.host }, look]
  if (hasClue(finding, 'tls-alert') && problem === null)
    return [
      testConnection(finding, target),
      { code: 'show-proxy' },
      { code: 'tls-between', host: target.host },
    ]
  if (problem === 'unknown-authority' || problem === null)
    return [look, { code: 'trust-authority', host: target.host, intercepted: isOfOthers(finding, target) }]
  const side = clueOf(finding.clues, 'certificate-date')?.side
  const checkClock: Step = { code: 'check-clock' }
  if (isOfOthers(finding, target)) {
    const repair: Step = { code: 'public-certificate', host: target.host, problem }
    if (problem !== 'expired') return [look, repair]
    // Everyone would notice an expired certificate of such a registry; a date that is over may be that of an old root.
    return side === 'after' && !hasClue(finding, 'clock-off')
      ? [repair, look, checkClock]
      : [checkClock, look, repair]
  }
  const renew: Step = { code: 'renew-certificate', host: target.host, problem }
  if (hasClue(finding, 'clock-off') || side === 'before') return [checkClock, look, renew]
  // The error proves the date; what the node lacks may also be a certificate of its own, where the host's was accepted.
  const proven = problem === 'client' || side === 'after'
  return [...(proven ? [renew, look] : [look, renew]), ...ofMirror(finding, target)]
}

export function schemeSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  // The host itself speaks TLS, so something in between answered.
  if (isOfOthers(finding, target))
    return [testConnection(finding, target), { code: 'show-proxy' }, { code: 'open-host', ...target }]
  if (clueOf(finding.clues, 'speaks')?.scheme === 'https')
    return [
      { code: 'test-connection', scheme: 'https', ...target },
      { code: 'use-https', host: target.host },
    ]
  return [
    { code: 'test-connection', scheme: 'http', ...target },
    { code: 'allow-http', host: target.host },
    { code: 'serve-tls', host: target.host },
    ...ofMirror(finding, target),
  ]
}

export function proxySteps(finding: Finding): Step[] {
  const proxy = finding.endpoint?.role === 'proxy' ? finding.endpoint.host : null
  const wanted = clueOf(finding.clues, 'behind-proxy')?.host ?? targetHost(finding).host
  const unreachable = proxy === null ? [] : unreachableName(finding, { host: proxy, role: 'proxy' })
  const scheme = hasClue(finding, 'proxy-scheme')
  const bypass: Step = { code: 'bypass-proxy', host: wanted }
  const fix: Step = hasClue(finding, 'proxy-unreached')
    ? { code: 'fix-proxy', host: proxy, scheme }
    : { code: 'pass-proxy', host: wanted }
  // Hosts inside the cluster or a private network are not meant to be asked through a proxy.
  const inside = isServiceName(wanted) || isPrivateAddress(wanted) || isLocal(wanted)
  return [
    ...unreachable,
    ...stepsIf(inside, bypass),
    { code: 'show-proxy' },
    ...stepsIf(unreachable.length === 0, fix),
    ...stepsIf(!inside, bypass),
    ...pullByHand(finding),
  ]
}

/** Steps for a web page in place of a registry's answer: what sent it is on the way to the host, or in front of it. */
export function pageSteps(finding: Finding): Step[] {
  const { registry } = finding
  const target = targetHost(finding)
  const first: Step =
    target.role === 'mirror' && registry !== null
      ? { code: 'mirror-settings', host: target.host, registry, about: 'web-page' }
      : { code: 'page-instead', host: target.host }
  return [first, testConnection(finding, target), { code: 'show-proxy' }]
}

/** Steps for an answer of the host's servers, or of something in their place, that is not a registry's. */
export function serverErrorSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { registry, clues, endpoint } = finding
  const status = clueOf(clues, 'status')?.status ?? 0
  if (hasClue(finding, 'web-page'))
    return [
      // Where others run the host, its own servers may be down and answer so.
      ...stepsIf(status > 0 && isOfOthers(finding, target), {
        code: 'status-page',
        ...target,
        registry: registry ?? target.host,
      }),
      ...pageSteps(finding),
    ]
  if (hasClue(finding, 'endpoint-scheme') && registry !== null)
    return [
      {
        code: 'mirror-settings',
        host: endpoint === null ? null : target.host,
        registry,
        about: 'scheme',
      },
      testConnection(finding, target),
      { code: 'show-proxy' },
    ]
  if (target.role === 'mirror' && registry !== null)
    return [...silentMirror(finding, target), ...ofMirror(finding, target), testConnection(finding, target)]
  if (hasClue(finding, 'upstream-blocked'))
    return [
      { code: 'unblock-upstream', host: target.host },
      { code: 'wait', for: 'registry' },
    ]
  return [
    { code: 'status-page', ...target, registry: registry ?? target.host },
    testConnection(finding, target),
    // On the way to a host that others run, a 502 or higher may come from a proxy.
    ...stepsIf(status >= 502 && isOfOthers(finding, target), { code: 'show-proxy' }),
    { code: 'wait', for: 'registry' },
  ]
}

/** Repeats the pull on the node, to see the runtime's complete answer. */
export function pullByHand({ reference, image }: Pick<Finding, 'reference' | 'image'>): Step[] {
  return [{ code: 'pull-by-hand', image: reference ?? image }]
}
