/** Steps for hosts that can't be reached: in time, at all, or through the proxy. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { DESKTOP_NODE } from '../diagnosis/node/node-names.ts'
import { nodeServiceAt } from '../diagnosis/node/node-services.ts'
import type { NamedEndpoint } from '../diagnosis/text/endpoint.ts'
import { dialedAddress } from '../diagnosis/text/misresolved.ts'
import { isLocal, isPrivateAddress, isServiceName, isUnspecified } from '../image/host.ts'
import { stepsIf } from './conditions.ts'
import {
  compareSteps,
  isAskedPlain,
  isOfOthers,
  mirrorLacking,
  ofMirror,
  pullByHand,
  servedByRegistry,
  silentMirror,
  targetHost,
  testConnection,
  unnamedDownload,
} from './host.ts'
import { realmElsewhere, unreachableName } from './host-names.ts'
import { loadSteps, localTool } from './node-steps.ts'
import { serviceSteps } from './services.ts'
import type { Step } from './step/step.ts'

/** Where a forged answer leads to another company's address, or a filter's to none, the host is blocked, and nothing at the host or on the way to it can be fixed. */
function blockedByDns(finding: Finding, target: NamedEndpoint): Step[] | null {
  const to = clueOf(finding.clues, 'misresolved')
  const isFiltered = to?.owner === 'node' && isUnspecified(to.address)
  if (to === undefined || (to.owner === 'node' && !isFiltered) || target.role === 'proxy') return null
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
  const download = unnamedDownload(finding)
  if (download !== null) return download
  const shaking = hasClue(finding.clues, 'tls-unfinished')
  // Both prove that the name resolved, and that something accepts connections there.
  const late = hasClue(finding.clues, 'request-late')
  const opened = shaking || late || hasClue(finding.clues, 'unanswered')
  const onNode = isLocal(target.host) && target.role === 'mirror'
  const slow = slowHost(finding, target)
  const service = serviceSteps(finding, target)
  return [
    ...mirrorLacking(finding, target),
    ...(opened ? [] : unreachableName(finding, target)).filter(
      ({ code }) => !onNode || code === 'node-service',
    ),
    ...stepsIf(onNode, ...silentMirror(finding, target)),
    // Its answer arrives, so a test without a large request would look healthy (moby/moby#39223, moby/moby#15949).
    shaking || late ? { code: 'check-mtu', ...target } : testConnection(finding, target),
    ...service,
    ...slow,
    ...compareSteps(finding, target, 'way'),
    ...ofMirror(finding, target),
    // What answers that a request came too late is reached, and no firewall or proxy is on the way to a Service.
    ...stepsIf(slow.length === 0 && !late && service.length === 0, { code: 'open-host', ...target }),
    ...realmElsewhere(finding, target),
    ...servedByRegistry(finding, target),
  ]
}

/** A node that alone reaches none of several hosts: its own way out is what to repair, and not the rules for any of the hosts. */
export function withWayOut({ clues, cause, node, workload, host }: Finding, steps: Step[]): Step[] {
  const { hosts = [], nodes = [] } = clueOf(clues, 'node-apart') ?? {}
  if (hosts.length < 2 || node === null) return steps
  const about = cause === 'registry-not-found-dns' ? 'name' : 'way'
  // A DaemonSet has a pod on every node, and virtual nodes are not scheduled by their state.
  const canMove = workload !== null && workload.kind !== 'DaemonSet' && host.virtual === undefined
  return [
    { code: 'check-way-out', node, hosts, nodes, about },
    // The other nodes may only have pulled earlier, so a test there decides.
    ...steps.filter(({ code }) => !OF_ONE_HOST.includes(code)),
    ...stepsIf(canMove, { code: 'leave-node', node }),
  ]
}

const OF_ONE_HOST: readonly Step['code'][] = ['open-host', 'check-listener', 'front-log', 'serve-layers']

/** A host that somebody here runs, which lets nodes in, and does not answer them in time (goharbor/harbor#17003, project-zot/zot#4184). */
function slowHost(finding: Finding, target: NamedEndpoint): Step[] {
  if (!hasClue(finding.clues, 'unanswered') || isOfOthers(finding, target) || target.role === 'proxy')
    return []
  if (target.role === 'mirror') return isLocal(target.host) ? [] : silentMirror(finding, target)
  return [{ code: 'status-page', ...target, registry: finding.registry ?? target.host }]
}

export function refusedSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { host } = target
  const blocked = blockedByDns(finding, target)
  if (blocked !== null) return blocked
  const download = unnamedDownload(finding)
  if (download !== null && !brokeOff(finding)) return download
  if (finding.registry === 'localhost') return [...loadSteps(finding), ...unreachableName(finding, target)]
  if (brokeOff(finding))
    return [
      { code: 'restart-pull' },
      { code: 'check-download', host },
      { code: 'show-proxy' },
      ...ofMirror(finding, target),
      ...pullByHand(finding),
    ]
  // Nothing was sent, so there is nothing to see at the host or on the way to it.
  if (lacksPorts(finding))
    return [{ code: 'free-ports', address: dialedAddress(finding.evidence?.text ?? '') }]
  const service = serviceSteps(finding, target)
  const ofMirrorItself = refusingMirror(finding, target)
  return [
    ...mirrorLacking(finding, target),
    ...service,
    // Something on the node accepted the connection and closed it, so its address is right.
    ...(hasClue(finding.clues, 'cut-off') ? [] : unreachableName(finding, target)),
    ...missingRoute(finding, target),
    ...ofMirrorItself,
    ...ofMirror(finding, target),
    testConnection(finding, target),
    ...testPlain(finding, target),
    ...compareSteps(finding, target, 'way'),
    ...otherPort(finding, target, 'https'),
    ...(service.length > 0 || ofMirrorItself.length > 0 ? [] : openOrListen(finding, target)),
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
        !hasClue(finding.clues, 'loopback'),
      { code: 'use-https', host, proven: false },
    )
  // The node has the image by this name, so it has reached the registry as it is configured.
  const isThere = clueOf(finding.clues, 'local-image')?.listed === true && localTool(finding.host) === null
  const wasReached = role === 'registry' && isThere
  return stepsIf(scheme === 'http' && !wasReached && isPrivate(finding, target), { code: 'allow-http', host })
}

/** Nothing listens at port 443, and a host that is named without a port may serve plain HTTP at 80, as registries on private networks do (canonical/microk8s#4586). */
function testPlain(finding: Finding, target: NamedEndpoint): Step[] {
  const isRefused = clueOf(finding.clues, 'unopened')?.why === 'refused' && target.role === 'registry'
  return isRefused && otherPort(finding, target, 'http').length > 0
    ? [{ code: 'test-connection', scheme: 'http', instead: true, ...target }]
    : []
}

/** Whether the host is in a private network, by its address, or by the one that its name led to, such as that of minikube's registry. */
function isPrivate(finding: Finding, target: NamedEndpoint): boolean {
  if (hasClue(finding.clues, 'private-address')) return true
  const address = dialedAddress(finding.evidence?.text ?? '')
  return address !== null && isPrivateAddress(address) && !isOfOthers(finding, target)
}

/** Whether a download had begun, so that every host on the way was reached. */
function brokeOff(finding: Finding): boolean {
  return (
    hasClue(finding.clues, 'interrupted') &&
    !hasClue(finding.clues, 'unopened') &&
    !hasClue(finding.clues, 'loopback')
  )
}

/** Whether the node had no port left for the connection; of several addresses, another may have failed for another reason. */
function lacksPorts({ clues }: Finding): boolean {
  const reasons = clues.flatMap(clue => (clue.code === 'unopened' ? [clue.why] : []))
  return reasons.length === 1 && reasons[0] === 'ports' && !hasClue(clues, 'cut-off')
}

function missingRoute({ clues }: Finding, { host }: NamedEndpoint): Step[] {
  const route = clueOf(clues, 'no-route')
  return route === undefined ? [] : [{ ...route, code: 'give-route', host }]
}

/** A mirror elsewhere than on the node itself. */
function refusingMirror(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const { registry } = finding
  return role === 'mirror' && registry !== null && !hasClue(finding.clues, 'loopback')
    ? [{ code: 'check-mirror', host, registry }]
    : []
}

/** Either the nodes are not let through, or nothing listens there. What listens on the node itself has steps of its own. */
function openOrListen(finding: Finding, target: NamedEndpoint): Step[] {
  const why = clueOf(finding.clues, 'unopened')?.why
  // What a cluster on one machine should use instead has been said.
  const isOnNode = target.role === 'registry' && hasClue(finding.clues, 'loopback')
  if (isOnNode && localTool(finding.host) !== null) return []
  const isUnsent = why === 'network' || why === 'node'
  const isElsewhere = target.role === 'storage' || target.role === 'token' || isOfOthers(finding, target)
  if (isUnsent || isElsewhere) return [{ code: 'open-host', ...target }]
  // What closed an open connection was listening (containerd/containerd#8971); on the node itself, what forwards connections may have been.
  const isCut = why === undefined && hasClue(finding.clues, 'cut-off') && !hasClue(finding.clues, 'loopback')
  return stepsIf(nodeServiceAt(target) === null, {
    code: isCut ? 'front-log' : 'check-listener',
    ...target,
  })
}

export function proxySteps(finding: Finding): Step[] {
  const proxy = finding.endpoint?.role === 'proxy' ? finding.endpoint.host : null
  const wanted = clueOf(finding.clues, 'behind-proxy')?.host ?? targetHost(finding).host
  const unreachable = proxy === null ? [] : unreachableName(finding, { host: proxy, role: 'proxy' })
  const scheme = hasClue(finding.clues, 'proxy-scheme')
  if (DESKTOP_NODE.test(finding.host.name ?? '')) return [{ code: 'desktop-proxy', host: proxy, wanted }]
  const bypass: Step = { code: 'bypass-proxy', host: wanted }
  const isWrong = hasClue(finding.clues, 'proxy-unreached', 'proxy-unreadable')
  const fix: Step = isWrong
    ? { code: 'fix-proxy', host: proxy, scheme }
    : hasClue(finding.clues, 'proxy-login')
      ? { code: 'proxy-login' }
      : { code: 'pass-proxy', host: wanted, answer: clueOf(finding.clues, 'proxy-answered')?.as ?? null }
  // Nothing was sent to the proxy: its own name is looked for.
  const isUnresolved = hasClue(finding.clues, 'proxy-unreached') && hasClue(finding.clues, 'dns-answer')
  const resolve: Step[] =
    proxy === null || unreachable.length > 0 || !isUnresolved ? [] : [{ code: 'resolve-host', host: proxy }]
  // Hosts inside the cluster or a private network are not meant to be asked through a proxy.
  const inside = isServiceName(wanted) || isPrivateAddress(wanted) || isLocal(wanted)
  return [
    ...unreachable,
    ...stepsIf(inside, bypass),
    ...resolve,
    { code: 'show-proxy' },
    ...stepsIf(unreachable.length === 0, fix),
    ...stepsIf(!inside, bypass),
    // The proxy's own answer leaves nothing open.
    ...(fix.code === 'proxy-login' ? [] : pullByHand(finding)),
  ]
}
