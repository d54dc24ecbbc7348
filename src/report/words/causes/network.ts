/** The words of what failed on an open connection: certificates, protocols, and a host's servers. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { CertificateProblem, UnusableFile } from '../../../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { isHosted } from '../../../image/registries.ts'
import { type CauseContext, type CauseWords, PAGE } from '../cause-words.ts'
import { roundedDown } from '../duration.ts'
import { nodeName } from '../node/node.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'
import { mayLackIntermediate } from '../steps/certificates.ts'
import { askedHost, endpointOrRegistry } from './asked-host.ts'

export const tls: CauseWords = {
  short: [
    ['clock-off', 'wrong clocks on the nodes'],
    ['certificate-file', 'unusable certificate files on the nodes'],
    first => `TLS with ${askedHost(first)}`,
  ],
  title: context => {
    const [first] = context.findings
    const { clues } = first
    if (hasClue(clues, 'certificate-file'))
      return `The node can't use a certificate file of its own for ${askedHost(first)}`
    const dated = clueOf(clues, 'certificate-date')
    const off = clueOf(clues, 'clock-off')
    if (off !== undefined) return clockTitle(context, off.seconds)
    if (isUnparsed(clueOf(clues, 'certificate')?.problem))
      return `The runtime can't parse the certificate that it was shown for ${askedHost(first)}`
    return dated?.side === 'after'
      ? `A certificate in the chain of ${askedHost(first)} expired on ${dated.date.slice(0, 10)}`
      : `The TLS handshake with ${askedHost(first)} failed`
  },
  meaning: ({ findings: [first] }) => {
    const { clues } = first
    const problem = clueOf(clues, 'certificate')?.problem
    const names = clueOf(clues, 'certificate-for')?.names
    const chosen = clueOf(clues, 'tls-version')?.chosen
    if (hasClue(clues, 'certificate-file')) return fileMeaning(first)
    if (hasClue(clues, 'ingress-default'))
      return `The certificate is for another name${names === undefined ? '' : ` (${names})`}: it is the default certificate of an ingress controller, which has none for this host.`
    switch (problem) {
      case 'unknown-authority':
        return mayLackIntermediate(endpointOrRegistry(first).host, first)
          ? 'The node does not trust the authority that signed the certificate: a private CA, a proxy that intercepts TLS, or a public authority whose intermediate certificate the server leaves out.'
          : isHosted(endpointOrRegistry(first).host) && !hasClue(clues, 'private-address')
            ? `The node does not trust the authority that signed the certificate. Most likely, a proxy or firewall in between intercepts TLS: ${askedHost(first)} itself has a certificate of a public authority.`
            : 'The node does not trust the authority that signed the certificate: a private CA, or a proxy that intercepts TLS.'
      case 'expired':
        return expiredMeaning(first)
      case 'no-alternative-name':
        return 'The certificate names its host only in the common name, which runtimes ignore: they require a subject alternative name (SAN).'
      case 'no-name':
        return 'The certificate is not valid for any host name: it lists none as a subject alternative name (SAN), which runtimes require.'
      case 'wrong-name':
        return names === undefined
          ? 'The certificate is for a different name or address than the one requested.'
          : `The certificate is for a different name or address than the one requested: ${names}.`
      case 'client':
        return 'The host requires a client certificate, and the node has none that it accepts.'
      case 'negative-serial':
        return `A certificate that the runtime was shown has a negative serial number, which programs built with Go 1.23 or later refuse to parse; older ones, curl, and OpenSSL accept it. The error says nothing about who signed it.${ofInterceptor(first)}`
      case 'unreadable':
        return `The runtime could not parse a certificate that it was shown; the error says nothing about who signed it.${ofInterceptor(first)}`
      case 'weak-signature':
        return `A certificate that the runtime was shown is signed with ${signatureHash(first)}, which programs built with Go 1.18 or later refuse, whoever signed it.${ofInterceptor(first)}`
      case 'legacy':
        return 'The certificate or the protocol version is too old for the runtime.'
      default:
        if (chosen !== undefined)
          return `The other side chose TLS ${chosen}, ${chosen === '1.2' ? 'and the client on the node accepts only newer versions' : 'which is too old for the runtime'}; no certificate was judged.`
        if (hasClue(clues, 'tls-refused'))
          return 'The other side ended the handshake: it accepts none of the TLS versions or ciphers that the node offers, or does not serve the name that was asked for. That is the host itself, or a proxy or firewall in between that intercepts TLS; no certificate was judged.'
        if (hasClue(clues, 'tls-alert'))
          return 'One side ended the TLS connection with an alert, or a record arrived damaged; the error does not mention a certificate.'
        return 'The node does not trust the certificate, or it has expired or is for another name, or no common protocol was found.'
    }
  },
  credentials: 'missing',
}

/** Whether the runtime could not read the certificate, so that neither its signer nor its dates were checked. */
const isUnparsed = (problem: CertificateProblem | undefined) =>
  problem === 'negative-serial' || problem === 'unreadable'

/** The outdated hash in a certificate's signature, as Go names the algorithm (crypto/x509: SHA1-RSA, ECDSA-SHA1, MD5-RSA); since 1.24, no setting allows it (go.dev/doc/go1.24). */
export function signatureHash({ evidence }: Pick<Finding, 'evidence'>): string {
  const hash = /insecure algorithm (?:[A-Z]{1,5}-)?(SHA1|MD[25])\b/i.exec(evidence?.text ?? '')?.[1]
  return hash === undefined ? 'an outdated algorithm' : hash.toUpperCase().replace('SHA1', 'SHA-1')
}

/** Whether the dates of the certificate may be the problem, or the clock that they are compared with. */
export const isDated = (problem: CertificateProblem | undefined) =>
  !isUnparsed(problem) && problem !== 'weak-signature'

/** Whose certificate it must be, where everyone would notice if it were that of the host itself. */
function ofInterceptor(finding: CauseContext['findings'][0]): string {
  const { host } = endpointOrRegistry(finding)
  return isHosted(host)
    ? ` Others who ask ${host} would notice, so most likely a proxy or firewall in between that intercepts TLS shows one of its own.`
    : ''
}

/** What is wrong with a file of certificates on the node. */
const FILE_PROBLEMS: Record<UnusableFile['problem'], string> = {
  missing: 'which does not exist there',
  denied: 'which it is not allowed to read',
  content: 'which has no certificate in PEM format',
}

function fileMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const file = clueOf(clues, 'named-file')
  return file === undefined
    ? "The runtime's settings name a certificate or key file that it can't read or use, so it contacted no host."
    : `The runtime's settings name ${file.path}, ${FILE_PROBLEMS[file.problem]}, so it contacted no host.`
}

function clockTitle({ findings }: CauseContext, seconds: number): string {
  const nodes = new Set(findings.map(({ node }) => node)).size
  if (nodes > 1) return `The clocks of ${nodes} nodes are wrong, so certificates look invalid to them`
  const hosts = new Set(findings.map(({ endpoint, registry }) => endpoint?.host ?? registry)).size
  const what = hosts > 1 ? 'certificates look' : `the certificate of ${askedHost(findings[0])} looks`
  return `The clock of ${nodeName(findings[0])} is at least ${roundedDown(seconds)} off, so ${what} invalid to it`
}

function expiredMeaning({ clues, endpoint, registry }: CauseContext['findings'][0]): string {
  const dated = clueOf(clues, 'certificate-date')
  const off = clueOf(clues, 'clock-off')
  if (off !== undefined)
    return `The node compared the certificate with ${off.shows}, which can't be the time of this pull.`
  if (dated !== undefined)
    return dated.side === 'after'
      ? "It is the host's own certificate, that of an authority that signed it, or one that a proxy in between shows."
      : `The certificate is valid from ${dated.date.slice(0, 10)} on: it is new, or the node's clock is behind.`
  return isHosted(endpointOrRegistry({ endpoint, registry }).host)
    ? "Everyone would notice an expired certificate of this host, so most likely the node's clock is wrong, or a proxy in between shows a certificate of its own."
    : "The certificate has expired or is not valid yet, or the node's clock is wrong."
}

export const httpHttpsMismatch: CauseWords = {
  short: ({ findings: [first] }) =>
    `${spokenScheme(first) === 'https' ? 'HTTPS instead of HTTP' : 'HTTP instead of HTTPS'} at ${askedHost(first)}`,
  title: [
    [isAtHosted, first => `What came back from ${askedHost(first)} is not TLS`],
    first => `${capitalize(askedHost(first))} ${SPEAKS[spokenScheme(first)]}`,
  ],
  meaning: [
    [
      isAtHosted,
      'The host itself speaks TLS, so something else answered in its place (a proxy, a login portal, a firewall), or damaged the data on the way (a wrong MTU).',
    ],
    first => EXPECTED[spokenScheme(first)],
  ],
  credentials: 'missing',
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

function isAtHosted(first: Pick<Finding, 'endpoint' | 'registry'>): boolean {
  return isHosted(endpointOrRegistry(first).host)
}

const spokenScheme = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'speaks')?.scheme ?? 'unknown'

/** The answer was no server error, but not one of a registry either. */
function isOddAnswer({ clues }: Pick<Finding, 'clues'>): boolean {
  const status = clueOf(clues, 'status')?.status
  return status === undefined ? hasClue(clues, 'odd-answer') : status < 500
}

const serviceOf = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'out-of-service')?.how
const isOffline = (first: Pick<Finding, 'clues'>) => serviceOf(first) === 'offline'
const isMaintained = (first: Pick<Finding, 'clues'>) => serviceOf(first) === 'maintenance'

/** Returns the server's own words, which may say why. */
function saidBy({ clues }: Pick<Finding, 'clues'>): string {
  const words = clueOf(clues, 'server-said')?.words
  return words === undefined ? '' : ` (it says "${words}")`
}

/** A token endpoint that does not know the request is a wrong or broken one. */
const isMethodRefused = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'status')?.status === 405

function tokenEndpoint({ endpoint, registry }: Pick<Finding, 'endpoint' | 'registry'>): string {
  return endpoint?.role === 'token' && endpoint.host !== registry
    ? capitalize(responderLabel({ endpoint, registry }))
    : `The token endpoint of ${responderLabel({ endpoint, registry })}`
}

export const registryServerError: CauseWords = {
  short: [
    ['web-page', PAGE.short],
    ['login-for-mirror', ({ registry }) => `server errors from a mirror of ${registryLabel(registry)}`],
    ['endless-redirects', first => `endless redirects from ${responderLabel(first)}`],
    [isOffline, first => `a repository that is offline at ${responderLabel(first)}`],
    [isOddAnswer, first => `unusable answers from ${responderLabel(first)}`],
    first => `server errors from ${responderLabel(first)}`,
  ],
  title: [
    ['web-page', PAGE.title],
    ['no-registry', { does: 'does not answer as a registry' }],
    ['upstream-blocked', { does: "has blocked its upstream registry, which it can't reach" }],
    ['cache-rule', { does: 'is a cache, and could not fetch the image from its source' }],
    [
      'login-for-mirror',
      ({ registry }) =>
        `The token server of a mirror, most likely, answers with a server error to a pull from ${registryLabel(registry)}`,
    ],
    ['storage-busy', ({ registry }) => `The storage behind ${registryLabel(registry)} is at its limit`],
    ['unreached-behind', { does: "answers that it can't reach a host behind it" }],
    ['token-of-other', { does: 'got a token for another repository' }],
    [isOffline, { does: 'answers that the repository is offline' }],
    [isMaintained, { does: 'answers that it is under maintenance' }],
    [isMethodRefused, first => `${tokenEndpoint(first)} answers 405 (Method Not Allowed)`],
    ['endless-redirects', { does: 'redirects requests until the runtime gives up' }],
    [isOddAnswer, { does: "sent an answer that the runtime can't use" }],
    { does: 'answers with a server error' },
  ],
  meaning: [
    ['web-page', PAGE.meaning],
    [
      'no-registry',
      'A pull begins with a request for /v2/, and nothing is there: another server answers at this name or port, or a reverse proxy does not forward the request. That says nothing about the image.',
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
      'unreached-behind',
      "The answer quotes a failed connection of the server that sent it, to its own storage or to the registry that it fetches from: no connection of the node failed, and the pod's image and login are not the problem.",
    ],
    [
      'token-of-other',
      "A pull takes a token for its repository from the registry's token server to the registry, which found another repository in it: one of the two mixes up requests, or a proxy or cache in between gave the token of one client to another. The image's name and login are not the problem.",
    ],
    [
      isOffline,
      "An administrator of Nexus set this repository offline, which is a setting of the repository: the server itself runs, and the pod's image and login are not the problem.",
    ],
    [
      isMethodRefused,
      "Nothing there issues tokens at the moment: the service is broken, or the registry or something in between points to a wrong address; the pod's image and login are not the problem.",
    ],
    // goharbor/harbor#11108
    [
      'login-for-mirror',
      ({ registry }) =>
        `The runtime asked for a token with a login (an "oauth token"), and nobody needs one for ${registryLabel(registry)}: most likely, the node's settings have the login for a mirror of it, which the text does not name. The pod's image is not the problem.`,
    ],
    // rancher/rke2#5754, spegel-org/spegel#413
    [
      'peers-only',
      first =>
        `${capitalize(responderLabel(first))} only offers what other nodes have: it is failing, or no other node has the image, for which older versions answer 500.`,
    ],
    [
      'endless-redirects',
      "Each answer was a redirect to another address, until the runtime gave up: most likely, they lead in a circle. The pod's image and login are not the problem.",
    ],
    [
      isOddAnswer,
      "The answer does not follow the registry protocol: the host is broken, is not a registry, or something in between (a proxy, a mirror) answered or changed the answer; the pod's image and login are not the problem.",
    ],
    [
      ({ endpoint, clues }) => endpoint === null && !hasClue(clues, 'cache-rule'),
      "The registry, or a proxy or mirror that answered in its place, is failing; the pod's image and login are not the problem.",
    ],
    first =>
      `${capitalize(responderLabel(first))}, or a service that it depends on, ${isMaintained(first) ? 'is out of service for now' : 'is failing'}${saidBy(first)}${first.endpoint?.role === 'mirror' || hasClue(first.clues, 'loopback') ? ", which says nothing about the pod's image and login." : "; the pod's image and login are not the problem."}`,
  ],
}
