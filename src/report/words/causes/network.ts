/**
 * The words of what failed on an open connection (certificates, protocols, proxies, a host's servers), of a canceled pull, and of pulls
 * whose reason is none of the causes.
 */

import type { Finding } from '../../../diagnosis/finding.ts'
import { isSilent } from '../../../image/pull-messages.ts'
import { isContainerRegistry, isHosted } from '../../../image/registries.ts'
import { type CauseContext, type CauseWords, type FirstFinding, hasClue, PAGE } from '../cause-words.ts'
import { roundedDown } from '../duration.ts'
import { onNode } from '../node.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'
import { askedHost, endpointOrRegistry, isOfRuntime, lostMeaning, lostTitle } from './connection.ts'
import { isAtLimit } from './unpacking.ts'

export const tls: CauseWords = {
  short: context =>
    hasClue(context, 'clock-off')
      ? 'clocks of nodes'
      : hasClue(context, 'certificate-file')
        ? 'certificate files of nodes'
        : `TLS with ${askedHost(context)}`,
  title: context => {
    if (hasClue(context, 'certificate-file'))
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
    if (hasClue(context, 'certificate-file'))
      return "The runtime's settings name a certificate or key file that it can't read or use, so it contacted no host."
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
      case 'legacy':
        return 'The certificate or the protocol version is too old for the runtime.'
      default:
        if (hasClue(context, 'tls-alert'))
          return 'One side ended the TLS connection with an alert, or a record arrived damaged; the error does not mention a certificate.'
        return 'The node does not trust the certificate, or it has expired or is for another name, or no common protocol was found.'
    }
  },
}

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

/** The answer was no server error, but not one of a registry either. */
function isOddAnswer({ clues }: Pick<Finding, 'clues'>): boolean {
  const failed = clues.some(clue => clue.code === 'status' && clue.status >= 500)
  return !failed && clues.some(({ code }) => code === 'odd-answer')
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
    ['web-page', PAGE.short],
    [isOddAnswer, first => `unusable answers from ${responderLabel(first)}`],
    first => `server errors from ${responderLabel(first)}`,
  ],
  title: [
    ['web-page', PAGE.title],
    ['no-registry', { does: 'does not answer as a registry' }],
    ['upstream-blocked', { does: "has blocked its upstream registry, which it can't reach" }],
    ['cache-rule', { does: 'is a cache, and could not fetch the image from its source' }],
    ['storage-busy', ({ registry }) => `The storage behind ${registryLabel(registry)} is at its limit`],
    [isMethodRefused, first => `${tokenEndpoint(first)} answers 405 (Method Not Allowed)`],
    [isOddAnswer, { does: "sent an answer that the runtime can't use" }],
    { does: 'answers with a server error' },
  ],
  meaning: [
    ['web-page', PAGE.meaning],
    [
      'no-registry',
      'A pull begins with a request for /v2/, and nothing is there: another server answers at this name or port, or a reverse proxy does not pass the request on. That says nothing about the image.',
    ],
    [
      'upstream-blocked',
      "Nexus could not reach the registry behind its proxy repository, so it answers without asking for a while; the pod's image and login are not the problem.",
    ],
    [
      'storage-busy',
      "Azure Storage, where the layers are, serves no more of them at the moment: the limit is on what all clients together download from the registry's account there, so the pod's image and login are not the problem.",
    ],
    [
      isMethodRefused,
      "Nothing there issues tokens at the moment: the service is broken, or the registry or something in between points to a wrong address; the pod's image and login are not the problem.",
    ],
    [
      isOddAnswer,
      "The answer does not follow the registry protocol: the host is broken, is not a registry, or something in between (a proxy, a mirror) answered or changed the answer; the pod's image and login are not the problem.",
    ],
    [
      ({ endpoint, clues }) => endpoint === null && !clues.some(({ code }) => code === 'cache-rule'),
      "The registry, or a proxy or mirror that answered in its place, is failing; the pod's image and login are not the problem.",
    ],
    first =>
      `${capitalize(responderLabel(first))}, or a service that it depends on, is failing; the pod's image and login are not the problem.`,
  ],
}

export const canceledOrDeadline: CauseWords = {
  short: [[isOfRuntime, 'a container runtime that does not answer'], 'canceled pulls'],
  title: [[isOfRuntime, lostTitle], 'The pull was canceled before it finished'],
  meaning: [
    [isOfRuntime, lostMeaning],
    'The pull made no progress for too long, or the runtime was restarted; often the cause is a large image over a slow connection.',
  ],
}

export const other: CauseWords = {
  showsCredential: true,
  short: [
    [isOfSnapshotter, 'a snapshotter that does not answer'],
    [isOfRuntime, 'a container runtime that does not answer'],
    [isUnreadByKubelet, 'a Docker that is too new for the kubelet'],
    ['precondition-failed', 'a registry that answers 412'],
    ['registry-closed', 'a registry that is shut down'],
    [isAtLimit, 'limits on the files that nodes may open'],
    ['no-host', 'settings for registries and mirrors'],
    ['old-settings', 'settings for registries in an old format'],
    ['mirror-config', 'unreadable settings for registries and mirrors'],
    ['endpoint-scheme', 'the address of a mirror'],
    [hasNoReason, 'a reason that is no longer recorded'],
    'an unknown cause',
  ],
  title: [
    [
      isOfSnapshotter,
      first => `The snapshotter that serves images to the kubelet ${onNode(first)} does not answer`,
    ],
    [isUnreadByKubelet, first => `The kubelet can't read what Docker reports of the image ${onNode(first)}`],
    [isOfRuntime, lostTitle],
    [
      'precondition-failed',
      ({ registry }) => `${capitalize(registryLabel(registry))} answers 412 (precondition failed)`,
    ],
    ['registry-closed', ({ registry }) => `${capitalize(registryLabel(registry))} says that it is shut down`],
    [isAtLimit, first => `The container runtime ${onNode(first)} reached a limit on open files`],
    ['no-host', "The node's settings leave no host to pull the image from"],
    [
      'old-settings',
      first => `The registries.conf ${onNode(first)} has a format that its runtime no longer reads`,
    ],
    ['mirror-config', "The node's settings for registries and mirrors can't be read"],
    ['endpoint-scheme', "The address of the node's mirror has no scheme, or has two"],
    [hasNoReason, 'The pull is failing, but the reason is no longer recorded'],
    [
      isStatus,
      first =>
        `${capitalize(responderLabel(first))} answered with status ${first.clues.find(clue => clue.code === 'status')?.status}, for a reason that pullguard doesn't recognize`,
    ],
    [
      ({ endpoint }) => endpoint?.role === 'mirror',
      ({ endpoint }) =>
        `The pull through the mirror ${endpoint?.host} is failing for a reason that pullguard doesn't recognize`,
    ],
    "The pull is failing for a reason that pullguard doesn't recognize",
  ],
  meaning: [
    [
      isOfSnapshotter,
      "The kubelet asks the snapshotter's socket for images, in place of the runtime's; no registry was asked.",
    ],
    [
      isUnreadByKubelet,
      'Docker 25 no longer reports a size (VirtualSize) that older clients need; the image is on the node, and no registry was asked.',
    ],
    [isOfRuntime, lostMeaning],
    ['precondition-failed', preconditionMeaning],
    [
      'registry-closed',
      'The registry no longer serves images that were not moved; the login is not the problem.',
    ],
    [
      isAtLimit,
      'Connections count as open files, so the runtime could not open one: no host was asked, and the image is not at fault.',
    ],
    [
      'no-host',
      ({ clues }) =>
        `In the runtime's settings for this registry, no host is allowed to ${clues.some(clue => clue.code === 'no-host' && clue.able === 'resolve') ? 'look up a tag' : 'send images'}, so no host was asked: that says nothing about the image.`,
    ],
    [
      'old-settings',
      'The file is in version 1 of its format, and the runtime reads only version 2: it stops there, before it asks any registry.',
    ],
    ['mirror-config', 'The runtime stops at a mistake in these settings, before it asks any registry.'],
    ['endpoint-scheme', "The runtime can't use the address of a mirror as configured."],
    [
      hasNoReason,
      "Events are kept for only an hour, and the pod's status gives no reason. The next attempt, within five minutes, records a new event.",
    ],
    [isStatus, "The status alone does not say why: the host's log does, or that of a proxy in front of it."],
    "The kubelet's message matches no known cause; read it in full.",
  ],
}

/** Whether a registry answered with a status that no cause stands for. */
function isStatus({ clues, endpoint }: Pick<Finding, 'clues' | 'endpoint'>): boolean {
  return endpoint?.role === 'registry' && clues.some(({ code }) => code === 'status')
}

function isOfSnapshotter({ steps }: FirstFinding): boolean {
  return steps[0].code === 'start-snapshotter'
}

function isUnreadByKubelet({ steps }: FirstFinding): boolean {
  return steps[0].code === 'match-docker'
}

function preconditionMeaning({ registry }: Pick<Finding, 'registry'>): string {
  return isContainerRegistry(registry)
    ? 'Google Container Registry was shut down in 2025: projects that were not moved to Artifact Registry answer 412. The login is not the problem.'
    : "The registry refuses because one of its own conditions isn't met, such as a scan or signature policy; the login is not the problem."
}

/** Whether the reason was in an event that is no longer there. */
export function hasNoReason({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return isSilent(evidence?.text ?? '')
}
