/** The words of pulls that never reached the host (its name, the connection to it, a proxy), or not even the node's runtime; the host is the one in the message. */

import { type Clue, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { DnsAnswer, UnreachedServer } from '../../../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { hostAlone, isServiceName, isSurelyOfCluster } from '../../../image/host.ts'
import { apiHost, isFixedHost, isOpenShiftService } from '../../../image/registries.ts'
import type { CauseWords, FirstFinding } from '../cause-words.ts'
import { onNode } from '../node/node.ts'
import { dnsAnswer } from '../node/node-dns.ts'
import { capitalize, registryLabel } from '../nouns.ts'
import { askedHost, endpointOrRegistry } from './asked-host.ts'
import { BROKEN_MEANING, brokenTitle, howBroken, loopbackMeaning } from './broken-connection.ts'
import { isMisled, misledShort, misledTitle, resolvedMeaning } from './wrong-address.ts'

export const registryNotFoundDns: CauseWords = {
  short: ({ findings: [first] }) => `DNS for ${hostAlone(endpointOrRegistry(first).host)}`,
  title: ({ findings: [first] }) => {
    const { host, role } = endpointOrRegistry(first)
    return `The node can't resolve the name ${role === 'mirror' ? 'of its mirror ' : ''}${hostAlone(host)}`
  },
  meaning: [
    [
      first => isOfGuest(first) && isServiceName(askedHost(first)),
      "The name is a Service of the cluster, which the guest VM can't resolve.",
    ],
    [
      first => isOpenShiftService(askedHost(first)),
      "OpenShift writes the name of its own registry into /etc/hosts of each node, and this node doesn't have it there.",
    ],
    [
      'service-name',
      "The name is a Service of the cluster. Nodes use their own DNS, not the cluster's, so they can't resolve it.",
    ],
    [
      isCircular,
      first =>
        `The node asks ${resolverOf(first)?.server}, most likely the cluster's own DNS Service: these pods have to answer there, and can't start before their image is pulled; ${neverContacted(first)}`,
    ],
    [
      first => hasUnreached(first, 'network'),
      first =>
        `The node has no route to ${resolverOf(first)?.server}, the DNS server that it asks (if it has others, they failed too); ${neverContacted(first)}`,
    ],
    [
      first => hasUnreached(first, 'host'),
      first =>
        `The node can't reach ${resolverOf(first)?.server}, the DNS server that it asks (no route to host; if it has others, they failed too); ${neverContacted(first)}`,
    ],
    [
      first => hasUnreached(first, 'refused'),
      first =>
        `Nothing listens at ${resolverOf(first)?.server}, the DNS server that the node asks; ${neverContacted(first)}`,
    ],
    [
      'answers-elsewhere',
      first =>
        `Another node gets answers from ${askedHost(first)}, so the name exists: this node does not know it, or its DNS server did not answer.`,
    ],
    first => `${lookUpResult(first)}; ${neverContacted(first)}`,
  ],
  credentials: 'missing',
}

const isOfGuest = ({ clues }: FirstFinding) => hasClue(clues, 'guest')

const neverContacted = (first: FirstFinding) => `${askedHost(first)} was never contacted.`

const DNS_ANSWERS: Record<DnsAnswer, (server: string) => string> = {
  none: server => `The node's DNS server${server} knows no address for this name`,
  late: server => `The node's DNS server${server} did not answer in time`,
  unasked: () => "The runtime's own look-up failed before any DNS server answered",
  error: server =>
    `The node's DNS server${server} answered with an error, for example because it can't reach other servers`,
}

/** Returns what is known of the look-up of the host's name. */
function lookUpResult(first: FirstFinding): string {
  const answer = dnsAnswer(first)
  const server = resolverOf(first)?.server
  if (answer === null)
    return isFixedHost(askedHost(first))
      ? "The node's DNS server did not answer, or answered with an error"
      : "The name does not exist, or the node's DNS server did not answer"
  return DNS_ANSWERS[answer](server === undefined ? '' : ` ${server}`)
}

function resolverOf({ clues }: FirstFinding): Extract<Clue, { code: 'dns-server' }> | undefined {
  return clueOf(clues, 'dns-server')
}

const hasUnreached = (first: FirstFinding, why: UnreachedServer) => resolverOf(first)?.unreached === why

/** Whether the name could only be looked up at the pods that need the image. */
function isCircular({ steps }: FirstFinding): boolean {
  return steps.some(step => step.code === 'own-name-server' && step.serves && step.certain)
}

/** Whether the connection to the host was opened. */
const wasOpened = ({ clues }: Finding) => hasClue(clues, 'tls-unfinished', 'unanswered')

const OPENED = ['tls-unfinished', 'unanswered', 'request-late'] as const

export const networkTimeout: CauseWords = {
  short: [
    [isMisled, misledShort],
    ['request-late', first => `late requests to ${askedHost(first)}`],
    first => `no answer from ${askedHost(first)}`,
  ],
  title: [
    [isMisled, misledTitle],
    ['tls-unfinished', first => `${capitalize(askedHost(first))} did not finish the TLS handshake in time`],
    ['request-late', first => `The request to ${askedHost(first)} did not arrive in time`],
    first => `${capitalize(askedHost(first))} did not answer in time`,
  ],
  meaning: [
    [
      first => wasOpened(first) && hasClue(first.clues, 'loopback'),
      'That address is the node itself: something there accepted the connection, but did not answer in time.',
    ],
    ['loopback', 'That address is the node itself, and nothing answered there.'],
    ['misresolved', resolvedMeaning],
    [isUnopenedService, serviceMeaning],
    [
      first => hasClue(first.clues, 'tls-unfinished') && isSurelyOfCluster(askedHost(first)),
      "The connection to the Service was opened, but the TLS handshake did not finish: large packets are lost in the cluster's network (MTU), or the host is overloaded.",
    ],
    [
      'tls-unfinished',
      'The connection was opened, so the name and the route are right, but the TLS handshake did not finish: large packets are lost on the way (MTU), a firewall or proxy in between holds up TLS, or the host is overloaded.',
    ],
    [
      'request-late',
      'The connection was opened, and the host answered that the request did not arrive whole in time (408): large packets are lost on the way (MTU), or something in between holds up the request.',
    ],
    [
      'unanswered',
      'The connection was opened, so the name and the route are right, but no complete answer came in time: the host is slow or overloaded, or packets are lost on the way.',
    ],
    'The node got nothing back from the host: a firewall that drops packets, a missing route or NAT, or a very slow host.',
  ],
  credentials: 'missing',
}

export const connectionRefusedOrReset: CauseWords = {
  short: [
    [isMisled, misledShort],
    [isUnnamed, 'downloads that were cut off'],
    first => `broken connections to ${askedHost(first)}`,
  ],
  title: [
    [isMisled, misledTitle],
    [isUnnamed, 'The download of a layer was cut off'],
    first => brokenTitle(first, askedHost(first)),
  ],
  meaning: [
    ['loopback', loopbackMeaning],
    ['misresolved', resolvedMeaning],
    [isUnopenedService, serviceMeaning],
    [
      ({ clues }) => clueOf(clues, 'no-route')?.lost === true,
      'The node had no route to that address at that moment, so nothing was sent. Earlier in the same pull it got an answer from the registry (or a mirror of it), so its own network failed in between.',
    ],
    [
      'no-route',
      'The node has no route, or no address of its own, for this family of addresses (IPv4 or IPv6), so nothing was sent.',
    ],
    first => BROKEN_MEANING[howBroken(first)],
  ],
  credentials: 'missing',
}

/** Whether a layer did not arrive whole, and the text does not say from where: the registry, a mirror or cache, or where one of them redirects. */
function isUnnamed({ endpoint, clues }: Pick<Finding, 'endpoint' | 'clues'>): boolean {
  return endpoint === null && hasClue(clues, 'interrupted')
}

/** Whether the connection to a Service was never made, though the node knows its address. */
function isUnopenedService({ clues }: Pick<Finding, 'clues'>): boolean {
  return (
    hasClue(clues, 'service-address') &&
    howBroken({ clues }) !== 'ports' &&
    !hasClue(clues, 'no-route', 'cut-off', ...OPENED)
  )
}

function serviceMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const address = clueOf(clues, 'service-address')?.address ?? null
  const known = `The name is a Service of the cluster, and the node knows its address${address === null ? '' : ` (${address})`}`
  return howBroken({ clues }) === 'refused'
    ? `${known}: the Service has no ready pods, or nothing listens on that port in them.`
    : `${known}: the cluster's network does not carry this node's connections to the pods behind it, or a NetworkPolicy shuts nodes out.`
}

type Lost = Pick<Finding, 'clues' | 'endpoint' | 'node'>

const lossOf = ({ clues }: Lost) => clueOf(clues, 'runtime-lost')?.how

/** Whether the kubelet got no answer from its own runtime. */
export function isOfRuntime(first: Lost): boolean {
  return first.endpoint?.role === 'runtime' || lossOf(first) !== undefined
}

/** Returns what is wrong with a runtime that the kubelet got no answer from. */
export function lostTitle(first: Lost): string {
  switch (lossOf(first)) {
    case 'gone':
      return `The kubelet lost the connection to the container runtime ${onNode(first)}`
    case 'starting':
      return `The container runtime ${onNode(first)} was still starting`
    case 'no-cri':
      return `The container runtime ${onNode(first)} does not serve the kubelet (CRI)`
    case 'slow':
      return `The container runtime ${onNode(first)} did not answer the kubelet in time`
    default:
      return `The container runtime ${onNode(first)} does not answer`
  }
}

/** Returns what that means. */
export function lostMeaning(first: Lost): string {
  switch (lossOf(first)) {
    case 'gone':
      return 'The runtime, or a snapshotter that forwards its requests, crashed, was restarted, or hangs; what the registry said is not known.'
    case 'starting':
      return 'The kubelet asked the runtime, or a snapshotter that forwards its requests, before it was ready; no registry was asked.'
    case 'no-cri':
      return "What answers at the kubelet's socket does not serve its interface (CRI): its plugin is disabled or failed to load, or it is too old; no registry was asked."
    case 'slow':
      return 'The kubelet only asked whether the node has the image; the runtime hangs or is overloaded, and no registry was asked.'
    default:
      return 'The kubelet could not talk to its runtime; no registry was asked.'
  }
}

/** What the rules of a proxy do not allow. Many let CONNECT through to port 443 alone, as Squid's do by default. */
function forbiddenBy({ clues, registry }: FirstFinding): string {
  const wanted = clueOf(clues, 'behind-proxy')?.host ?? null
  const port = wanted !== null && hasPort(wanted) ? ', or not its port' : ''
  // What is asked for tokens and layers comes after the registry itself.
  return wanted === null || registry === null || wanted === apiHost(registry)
    ? `its rules do not allow this host${port}. The registry was not asked.`
    : `its rules do not allow ${wanted}${port}.`
}

const hasPort = (host: string) => /:\d+$/.test(host) && !host.endsWith(':443')

export const proxy: CauseWords = {
  short: () => "the nodes' proxy",
  title: ({ findings: [{ registry, endpoint, clues }] }) => {
    const wanted = clueOf(clues, 'behind-proxy')?.host
    // Requests to registry.k8s.io end at hosts of other names.
    const host = registry === 'registry.k8s.io' && wanted !== undefined ? wanted : registryLabel(registry)
    if (endpoint !== null && endpoint.host !== null)
      return `The proxy ${endpoint.host} between the node and ${host} fails`
    if (hasClue(clues, 'proxy-login'))
      return `The proxy between the node and ${host} received no login that it accepts`
    return hasClue(clues, 'proxy-unreached', 'proxy-unreadable')
      ? `The proxy between the node and ${host} can't be reached as configured`
      : `The proxy between the node and ${host} did not forward the request`
  },
  meaning: [
    [
      'loopback',
      "The runtime goes through a proxy whose address is the node's own loopback, where nothing answers.",
    ],
    [
      'proxy-unreadable',
      "The runtime is set to go through a proxy, but can't read that proxy's address, so nothing was sent.",
    ],
    [
      ({ clues }) => hasClue(clues, 'proxy-unreached') && hasClue(clues, 'dns-answer'),
      "The runtime goes through a proxy whose name the node can't resolve, so nothing was sent.",
    ],
    [
      'proxy-login',
      "The runtime goes through a proxy, which received no login or refused the one that it received. That is the proxy's own login, not the registry's.",
    ],
    [
      first => clueOf(first.clues, 'proxy-answered')?.as === 'forbidden',
      first =>
        `The runtime goes through a proxy, which was reached and answered Forbidden: ${forbiddenBy(first)}`,
    ],
    [
      first => clueOf(first.clues, 'proxy-answered')?.as === 'unreached',
      "The runtime goes through a proxy, which was reached and answered as one does that can't get to the host, or is out of service itself.",
    ],
    'The runtime goes through a proxy, which could not be reached or did not forward the request.',
  ],
  credentials: 'missing',
}
