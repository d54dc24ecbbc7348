/** Steps for hosts that can't be reached: by their name, by their address, or through the proxy. */

import { clueOf } from '../diagnosis/clue.ts'
import type { NamedEndpoint } from '../diagnosis/endpoint.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { DESKTOP_NODE } from '../diagnosis/node-names.ts'
import { type NodeService, nodeServiceAt } from '../diagnosis/node-services.ts'
import { isLocal, isPrivateAddress, isServiceName } from '../image/host.ts'
import { isHosted, isOpenShiftService } from '../image/registries.ts'
import { hasClue, stepsIf } from './conditions.ts'
import {
  isAskedPlain,
  isOfOthers,
  ofMirror,
  pullByHand,
  realmProduct,
  servedByRegistry,
  silentMirror,
  targetHost,
  testConnection,
} from './host.ts'
import { loadSteps } from './node-steps.ts'
import type { Step } from './step.ts'

/** Whether the name has no domain, such as a Service's or a container's. */
const hasNoDomain = (host: string) => /^[^.[]+$/.test(host)

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

/** A registry that announces a token server by a name or an address that only its own network knows, in place of its own. */
function announcedRealm(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const { registry } = finding
  if (role !== 'token' || registry === null || isHosted(host) || host === registry) return []
  return [{ code: 'token-realm', host, registry, product: realmProduct(finding) }]
}

/** Whether the host is known inside of one machine, of a cluster, or of a network of containers only. */
function isInside(finding: Finding, host: string): boolean {
  return hasClue(finding, 'loopback') || hasClue(finding, 'service-name') || hasNoDomain(host)
}

/** As announcedRealm, for a name or an address that others may reach; those inside, and defaults of products, have steps of their own. */
function realmElsewhere(finding: Finding, target: NamedEndpoint): Step[] {
  const hasOwn = isInside(finding, target.host) || hasClue(finding, 'default-name')
  return hasOwn ? [] : announcedRealm(finding, target)
}

/** A name or address that no node can reach, however the network is set up. */
function unreachableName(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const service = nodeServiceSteps({ host, role })
  if (service.length > 0) return service
  const to = clueOf(finding.clues, 'misresolved')
  if (to !== undefined && role !== 'proxy')
    return [{ code: 'resolve-elsewhere', host, address: to.address, owner: to.owner }]
  const realm = isInside(finding, host) ? announcedRealm(finding, { host, role }) : []
  if (realm.length > 0) return realm
  // Names were rewritten on purpose to go through a cache there.
  if (hasClue(finding, 'loopback') && hasClue(finding, 'relays'))
    return [{ code: 'node-mirror', host, service: null }]
  if (hasClue(finding, 'loopback')) return [{ code: 'replace-loopback', host, role }]
  return stepsIf(hasClue(finding, 'service-name'), { code: 'replace-service-name', host, role })
}

export function dnsSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { server = null, refused = false } = clueOf(finding.clues, 'dns-server') ?? {}
  const unreachable: Step[] = isOpenShiftService(target.host)
    ? [{ code: 'node-resolver', host: target.host }]
    : unreachableName(finding, target)
  // No DNS server of a node has such a name, except OpenShift's own for its registry.
  const isOfCluster = isServiceName(target.host) && unreachable[0]?.code !== 'node-resolver'
  const unset = clueOf(finding.clues, 'default-name')?.of
  const isOfProduct = unset === 'harbor' || unset === 'helm'
  const mirror = ofMirror(finding, target)
  const resolve: Step = { code: 'resolve-host', host: target.host }
  const container = localRegistry(finding, target)
  if (container !== null) return [{ code: 'start-local-registry', container }, resolve, ...mirror]
  return [
    ...mirrorLacking(finding, target),
    ...(unreachable.length > 0
      ? [...unreachable, ...mirror, ...stepsIf(!isOfCluster, resolve)]
      : [
          ...defaultName(finding, target),
          ...compareSteps(finding, target, 'name'),
          resolve,
          // Gitea builds the address from its settings, not from the name that it was asked by (go-gitea/gitea#22033).
          ...realmElsewhere(finding, target),
          ...stepsIf(hasNoDomain(target.host), { code: 'bare-host', host: target.host }),
          ...mirror,
        ]),
    ...stepsIf(!isOfCluster && !isOfProduct, { code: 'fix-dns', host: target.host, server, refused }),
    ...(unreachable.length > 0 ? [] : servedByRegistry(finding, target)),
  ]
}

/** A name that nobody replaced with the real one; where that is the registry's own, only the image has to be corrected. */
function defaultName({ clues, registry }: Finding, target: NamedEndpoint): Step[] {
  const of = clueOf(clues, 'default-name')?.of
  return of === undefined ? [] : [{ code: 'default-name', of, registry, ...target }]
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

/** Where a forged answer leads to another company's address, the host is blocked, and nothing at the host or on the way to it can be fixed. */
function blockedByDns(finding: Finding, target: NamedEndpoint): Step[] | null {
  const to = clueOf(finding.clues, 'misresolved')
  if (to === undefined || to.owner === 'node' || target.role === 'proxy') return null
  return [
    ...mirrorLacking(finding, target),
    ...unreachableName(finding, target),
    { code: 'resolve-host', host: target.host },
    ...ofMirror(finding, target),
  ]
}

export function timeoutSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const blocked = blockedByDns(finding, target)
  if (blocked !== null) return blocked
  const shaking = hasClue(finding, 'tls-unfinished')
  // Both prove that the name resolved, and that something accepts connections there.
  const late = hasClue(finding, 'request-late')
  const opened = shaking || late || hasClue(finding, 'unanswered')
  const onNode = isLocal(target.host) && target.role === 'mirror'
  const slow = slowHost(finding, target)
  return [
    ...mirrorLacking(finding, target),
    ...(opened ? [] : unreachableName(finding, target)).filter(
      ({ code }) => !onNode || code === 'node-service',
    ),
    ...stepsIf(onNode, ...silentMirror(finding, target)),
    // Its answer arrives, so a test without a large request would look healthy (moby/moby#39223, moby/moby#15949).
    shaking || late ? { code: 'check-mtu', ...target } : testConnection(finding, target),
    ...slow,
    ...compareSteps(finding, target, 'way'),
    ...ofMirror(finding, target),
    // What answers that a request came too late is reached.
    ...stepsIf(slow.length === 0 && !late, { code: 'open-host', ...target }),
    ...realmElsewhere(finding, target),
    ...servedByRegistry(finding, target),
  ]
}

/** A host that somebody here runs, which lets nodes in, and does not answer them in time (goharbor/harbor#17003, project-zot/zot#4184). */
function slowHost(finding: Finding, target: NamedEndpoint): Step[] {
  if (!hasClue(finding, 'unanswered') || isOfOthers(finding, target) || target.role === 'proxy') return []
  if (target.role === 'mirror') return isLocal(target.host) ? [] : silentMirror(finding, target)
  return [{ code: 'status-page', ...target, registry: finding.registry ?? target.host }]
}

export function refusedSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { host } = target
  const blocked = blockedByDns(finding, target)
  if (blocked !== null) return blocked
  if (finding.registry === 'localhost') return [...loadSteps(finding), ...unreachableName(finding, target)]
  if (brokeOff(finding))
    return [
      { code: 'restart-pull' },
      { code: 'check-download', host },
      { code: 'show-proxy' },
      ...ofMirror(finding, target),
      ...pullByHand(finding),
    ]
  return [
    ...mirrorLacking(finding, target),
    // Something on the node accepted the connection and closed it, so its address is right.
    ...(hasClue(finding, 'cut-off') ? [] : unreachableName(finding, target)),
    ...missingRoute(finding, target),
    ...refusingMirror(finding, target),
    ...ofMirror(finding, target),
    testConnection(finding, target),
    ...compareSteps(finding, target, 'way'),
    ...otherPort(finding, target, 'https'),
    ...openOrListen(finding, target),
    ...realmElsewhere(finding, target),
    ...servedByRegistry(finding, target),
    ...otherPort(finding, target, 'http'),
  ]
}

/**
 * The other scheme, and with it another port, of a host that is named without one: a host on a private network might serve plain HTTP only, and
 * one that containerd is set to ask over HTTP mostly serves TLS. Other runtimes try both where they may use HTTP at all.
 */
function otherPort(finding: Finding, target: NamedEndpoint, scheme: 'http' | 'https'): Step[] {
  const { host, role } = target
  if (/:\d+$/.test(host)) return []
  if (isAskedPlain(finding, target))
    return stepsIf(
      scheme === 'https' &&
        role === 'registry' &&
        finding.host.runtime === 'containerd' &&
        clueOf(finding.clues, 'unopened')?.why === 'refused' &&
        !hasClue(finding, 'loopback'),
      { code: 'use-https', host, proven: false },
    )
  return stepsIf(scheme === 'http' && hasClue(finding, 'private-address'), { code: 'allow-http', host })
}

/** Whether a download had begun, so that every host on the way was reached. */
function brokeOff(finding: Finding): boolean {
  return hasClue(finding, 'interrupted') && !hasClue(finding, 'unopened') && !hasClue(finding, 'loopback')
}

function missingRoute({ clues }: Finding, { host }: NamedEndpoint): Step[] {
  const route = clueOf(clues, 'no-route')
  return route === undefined ? [] : [{ code: 'give-route', host, family: route.family }]
}

/** A mirror elsewhere than on the node itself. */
function refusingMirror(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const { registry } = finding
  return role === 'mirror' && registry !== null && !hasClue(finding, 'loopback')
    ? [{ code: 'check-mirror', host, registry }]
    : []
}

/** Either the nodes are not let through, or nothing listens there. What listens on the node itself has steps of its own. */
function openOrListen(finding: Finding, target: NamedEndpoint): Step[] {
  const why = clueOf(finding.clues, 'unopened')?.why
  const isUnsent = why === 'network' || why === 'node'
  const isElsewhere = target.role === 'storage' || target.role === 'token' || isOfOthers(finding, target)
  if (isUnsent || isElsewhere) return [{ code: 'open-host', ...target }]
  return stepsIf(nodeServiceAt(target) === null, { code: 'check-listener', ...target })
}

export function proxySteps(finding: Finding): Step[] {
  const proxy = finding.endpoint?.role === 'proxy' ? finding.endpoint.host : null
  const wanted = clueOf(finding.clues, 'behind-proxy')?.host ?? targetHost(finding).host
  const unreachable = proxy === null ? [] : unreachableName(finding, { host: proxy, role: 'proxy' })
  const scheme = hasClue(finding, 'proxy-scheme')
  if (DESKTOP_NODE.test(finding.host.name ?? '')) return [{ code: 'desktop-proxy', host: proxy, wanted }]
  const bypass: Step = { code: 'bypass-proxy', host: wanted }
  const isWrong = hasClue(finding, 'proxy-unreached') || hasClue(finding, 'proxy-unreadable')
  const fix: Step = isWrong
    ? { code: 'fix-proxy', host: proxy, scheme }
    : hasClue(finding, 'proxy-login')
      ? { code: 'proxy-login' }
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
