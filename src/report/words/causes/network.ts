/**
 * The words of what failed on an open connection (certificates, protocols, proxies, a host's servers), and of a canceled pull.
 */

import type { Finding } from '../../../diagnosis/finding.ts'
import { isHosted } from '../../../image/registries.ts'
import { type CauseContext, type CauseWords, hasClue, WEB_PAGE } from '../cause-words.ts'
import { roundedDown } from '../duration.ts'
import { onNode } from '../node.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'
import { askedHost, endpointOrRegistry } from './connection.ts'

export const tls: CauseWords = {
  short: context =>
    hasClue(context, 'clock-off')
      ? 'clocks of nodes'
      : usesOwnFile(context)
        ? 'certificate files of nodes'
        : `TLS with ${askedHost(context)}`,
  title: context => {
    if (usesOwnFile(context))
      return `The node can't use a certificate file of its own for ${askedHost(context)}`
    const { clues } = context.findings[0]
    const dated = clues.find(clue => clue.code === 'certificate-date')
    const off = clues.find(clue => clue.code === 'clock-off')
    if (off !== undefined)
      return `The clock of ${nodeName(context.findings[0])} is at least ${roundedDown(off.seconds)} off, so the certificate of ${askedHost(context)} looks invalid to it`
    return dated?.side === 'after'
      ? `A certificate in the chain of ${askedHost(context)} expired on ${dated.date.slice(0, 10)}`
      : `The TLS handshake with ${askedHost(context)} failed`
  },
  meaning: context => {
    const { clues } = context.findings[0]
    const problem = clues.find(clue => clue.code === 'certificate')?.problem
    const names = clues.find(clue => clue.code === 'certificate-for')?.names
    if (hasClue(context, 'ingress-default'))
      return `The certificate is for another name${names === undefined ? '' : ` (${names})`}: it is the default certificate of an ingress controller, which has none for this host.`
    switch (problem) {
      case 'unknown-authority':
        return 'The node does not trust the authority that signed the certificate: a private CA, or a proxy that intercepts TLS.'
      case 'expired':
        return expiredMeaning(context.findings[0])
      case 'no-alternative-name':
        return 'The certificate names its host only in the common name, which runtimes ignore: they require a subject alternative name (SAN).'
      case 'wrong-name':
        return names === undefined
          ? 'The certificate is for a different name or address than the one requested.'
          : `The certificate is for a different name or address than the one requested: ${names}.`
      case 'client':
        return 'The host requires a client certificate, and the node has none that it accepts.'
      case 'own-file':
        return "The runtime's settings name a certificate or key file that it can't read or use, so it contacted no host."
      case 'legacy':
        return 'The certificate or the protocol version is too old for the runtime.'
      default:
        if (hasClue(context, 'tls-alert'))
          return 'One side ended the TLS connection with an alert, or a record arrived damaged; the error does not mention a certificate.'
        return 'The node does not trust the certificate, or it has expired or is for another name, or no common protocol was found.'
    }
  },
}

const usesOwnFile = ({ findings: [{ clues }] }: CauseContext) =>
  clues.find(clue => clue.code === 'certificate')?.problem === 'own-file'

function expiredMeaning({ clues, endpoint, registry }: CauseContext['findings'][0]): string {
  const dated = clues.find(clue => clue.code === 'certificate-date')
  const off = clues.find(clue => clue.code === 'clock-off')
  if (off !== undefined)
    return `The node compared the certificate with ${off.shows}, which can't be the time of this pull.`
  if (dated !== undefined)
    return dated.side === 'after'
      ? "It is the host's own certificate, that of an authority which signed it, or one that a proxy in between shows."
      : `The certificate is valid from ${dated.date.slice(0, 10)} on: it is new, or the node's clock is behind.`
  return isHosted(endpointOrRegistry({ endpoint, registry }).host)
    ? "Everyone would notice an expired certificate of this host, so most likely the node's clock is wrong, or a proxy in between shows a certificate of its own."
    : "The certificate has expired or is not valid yet, or the node's clock is wrong."
}

const nodeName = ({ node }: Pick<Finding, 'node'>) => (node === null ? 'the node' : `node ${node}`)

export const httpHttpsMismatch: CauseWords = {
  short: context =>
    `${spokenScheme(context) === 'https' ? 'HTTPS instead of HTTP' : 'HTTP instead of HTTPS'} at ${askedHost(context)}`,
  title: context =>
    isHosted(endpointOrRegistry(context.findings[0]).host)
      ? `What came back from ${askedHost(context)} is not TLS`
      : `${capitalize(askedHost(context))} ${SPEAKS[spokenScheme(context)]}`,
  meaning: ({ findings: [first] }) =>
    isHosted(endpointOrRegistry(first).host)
      ? 'The host itself speaks TLS, so something else answered in its place (a proxy, a login portal, a firewall), or damaged the data on the way (a wrong MTU).'
      : EXPECTED[spokenScheme({ findings: [first] })],
}

const SPEAKS = {
  http: 'speaks plain HTTP, where the runtime expects HTTPS',
  https: 'speaks HTTPS, where the runtime uses plain HTTP',
  unknown: 'speaks HTTP where HTTPS is expected, or the reverse',
}

const EXPECTED = {
  http: 'The runtime uses TLS unless it is configured otherwise, but this port uses plain HTTP.',
  https: 'The runtime is configured to use plain HTTP for this host, but this port expects TLS.',
  unknown: 'The runtime uses TLS unless it is configured otherwise, but this port uses the other protocol.',
}

const spokenScheme = ({ findings: [{ clues }] }: Pick<CauseContext, 'findings'>) =>
  clues.find(clue => clue.code === 'speaks')?.scheme ?? 'unknown'

export const proxy: CauseWords = {
  short: () => 'the proxy of the nodes',
  title: ({ findings: [{ registry, endpoint, clues }] }) => {
    const wanted = clues.find(clue => clue.code === 'behind-proxy')?.host
    // Requests to registry.k8s.io end at hosts of other names.
    const host = registry === 'registry.k8s.io' && wanted !== undefined ? wanted : registryLabel(registry)
    if (endpoint !== null && endpoint.host !== null)
      return `The proxy ${endpoint.host} between the node and ${host} fails`
    return clues.some(({ code }) => code === 'proxy-unreached')
      ? `The proxy between the node and ${host} can't be reached as it is configured`
      : `The proxy between the node and ${host} refuses to pass the request on`
  },
  meaning: context =>
    hasClue(context, 'loopback')
      ? "The runtime goes through a proxy whose address is the node's own loopback, where nothing answers."
      : 'The runtime goes through a proxy, which could not be reached or refused to pass the request on.',
}

/** A token endpoint that does not know the request is a wrong or broken one. */
const isMethodRefused = ({ clues }: Pick<Finding, 'clues'>) =>
  clues.some(clue => clue.code === 'status' && clue.status === 405)

function tokenEndpoint({ endpoint, registry }: Pick<Finding, 'endpoint' | 'registry'>): string {
  return endpoint?.role === 'token' && endpoint.host !== registry
    ? capitalize(responderLabel({ endpoint, registry }))
    : `The token endpoint of ${responderLabel({ endpoint, registry })}`
}

export const registryServerError: CauseWords = {
  short: [
    ['web-page', 'web pages instead of images'],
    first => `server errors from ${responderLabel(first)}`,
  ],
  title: [
    [
      'web-page',
      ({ registry }) => `A web page came back instead of a response from ${registryLabel(registry)}`,
    ],
    ['upstream-blocked', { does: "has blocked its upstream registry, which it can't reach" }],
    [isMethodRefused, first => `${tokenEndpoint(first)} answers 405 (Method Not Allowed)`],
    { does: 'answers with a server error' },
  ],
  meaning: [
    ['web-page', WEB_PAGE],
    [
      'upstream-blocked',
      "Nexus could not reach the registry behind its proxy repository, so it answers without asking for a while; the pod's image and credential are not the problem.",
    ],
    [
      isMethodRefused,
      "Nothing there issues tokens at the moment: the service is broken, or the registry or something in between points to a wrong address; the pod's image and credential are not the problem.",
    ],
    [
      ({ endpoint }) => endpoint === null,
      "The registry, or a proxy or mirror that answered in its place, is failing; the pod's image and credential are not the problem.",
    ],
    first =>
      `${capitalize(responderLabel(first))}, or a service that it depends on, is failing; the pod's image and credential are not the problem.`,
  ],
}

type Lost = Pick<Finding, 'clues' | 'endpoint' | 'node'>

const lossOf = ({ clues }: Lost) => clues.find(clue => clue.code === 'runtime-lost')?.how

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
      return `The container runtime ${onNode(first)} has no service for the kubelet`
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
      return 'The runtime, or a snapshotter that passes its requests on, crashed, was restarted, or hangs; what the registry said is not known.'
    case 'starting':
      return 'The kubelet asked the runtime, or a snapshotter that passes its requests on, before it was ready; no registry was asked.'
    case 'no-cri':
      return "What answers at the kubelet's socket does not serve its interface (CRI): its plugin is disabled or failed to load, or it is too old; no registry was asked."
    case 'slow':
      return 'The kubelet only asked whether the node has the image; the runtime hangs or is overloaded, and no registry was asked.'
    default:
      return 'The kubelet could not talk to its runtime; no registry was asked.'
  }
}

export const canceledOrDeadline: CauseWords = {
  short: [[isOfRuntime, 'a container runtime that does not answer'], 'canceled pulls'],
  title: [[isOfRuntime, lostTitle], 'The pull was canceled before it finished'],
  meaning: [
    [isOfRuntime, lostMeaning],
    'The pull made no progress for too long, or the runtime was restarted; often the cause is a large image over a slow connection.',
  ],
}
