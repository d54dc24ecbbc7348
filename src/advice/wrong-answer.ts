/** Steps for hosts that answer, but not as a registry does: with another certificate or scheme, with a web page, or with a server error. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { CertificateProblem } from '../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { NamedEndpoint } from '../diagnosis/text/endpoint.ts'
import { isAddress, isLocal } from '../image/host.ts'
import { isOpenShiftService } from '../image/registries.ts'
import { cacheRuleSteps } from './closed-access.ts'
import { nodesAlike, stepsIf } from './conditions.ts'
import {
  isOfOthers,
  ofMirror,
  realmProduct,
  servedByRegistry,
  silentMirror,
  targetHost,
  testConnection,
  testManifest,
  unnamedDownload,
} from './host.ts'
import type { Step } from './step/step.ts'

const PROXY: Step = { code: 'show-proxy' }
const LOG: Step = { code: 'runtime-log' }

/** The DNS zone of private endpoints in Azure: certificates have the public name, which the zone leads to the private address. */
const PRIVATE_LINK = /\.privatelink\.(?=azurecr\.)/

/** What the certificates of well-known hosts never have. */
const OF_INTERCEPTOR: readonly CertificateProblem[] = [
  'wrong-name',
  'no-name',
  'negative-serial',
  'unreadable',
  'weak-signature',
]

export function tlsSteps(finding: Finding): Step[] {
  const steps = stepsByProblem(finding)
  if (unnamedDownload(finding) === null) return steps
  // The registry sent the manifest, so its own certificate is not the one to look at.
  const others = steps.filter(({ code }) => code !== 'show-certificate')
  return others.some(({ code }) => code === 'show-proxy') ? others : [...others, PROXY]
}

function stepsByProblem(finding: Finding): Step[] {
  const target = targetHost(finding)
  const problem = clueOf(finding.clues, 'certificate')?.problem ?? null
  const look: Step = { code: 'show-certificate', host: target.host }
  if (problem === 'wrong-name' && target.role === 'registry' && PRIVATE_LINK.test(target.host)) {
    const to = target.host.replace(PRIVATE_LINK, '.')
    return [{ code: 'correct-registry', from: target.host, to, why: 'private-link' }, look]
  }
  if (hasClue(finding.clues, 'certificate-file')) return certificateFileSteps(finding)
  if (hasClue(finding.clues, 'ingress-default'))
    return isOfOthers(finding, target)
      ? [{ code: 'public-certificate', host: target.host, problem: 'wrong-name' }, look]
      : [{ code: 'ingress-certificate', host: target.host }, look]
  const chosen = clueOf(finding.clues, 'tls-version')?.chosen
  if (chosen !== undefined)
    return [
      { code: 'other-tls-version', host: target.host, chosen },
      // What is old, where others run the host, is on the way to it.
      ...stepsIf(chosen !== '1.2' && isOfOthers(finding, target), PROXY),
    ]
  if (hasClue(finding.clues, 'tls-alert') && problem === null)
    return (
      unnamedDownload(finding) ?? [
        ...stepsIf(mayBeElsewhere(finding, target), { code: 'resolve-host', host: target.host }),
        testConnection(finding, target),
        PROXY,
        { code: 'tls-between', host: target.host },
      ]
    )
  // K3s and RKE2 write the authority of their embedded registry into the runtime's settings themselves, when they start.
  if (problem === 'unknown-authority' && clueOf(finding.clues, 'peers-only')?.by === 'embedded-registry')
    return [look, ...silentMirror(finding, target), ...ofMirror(finding, target)]
  if (problem === 'unknown-authority' || problem === null)
    return [
      ...(problem === null ? [] : trustOfOthers(finding, target)),
      ...authoritySteps(finding, target, look),
      ...servedByRegistry(finding, target),
    ]
  const side = clueOf(finding.clues, 'certificate-date')?.side
  const checkClock: Step = { code: 'check-clock' }
  if (hasClue(finding.clues, 'clock-off')) return [checkClock, look]
  if (isOfOthers(finding, target)) {
    const repair: Step = { code: 'public-certificate', host: target.host, problem }
    // The error names what answered: the certificate shows nothing more.
    const isNamed = problem === 'wrong-name' && hasClue(finding.clues, 'certificate-for')
    if (OF_INTERCEPTOR.includes(problem))
      return [...(isNamed ? [repair, look] : [look, repair]), ...pastInterceptor(target)]
    if (problem !== 'expired') return [look, repair]
    // Everyone would notice if such a registry's own certificate had expired; what has may be an old root.
    return side === 'after' ? [repair, look, checkClock] : [checkClock, look, repair]
  }
  const renew: Step = { code: 'renew-certificate', host: target.host, problem }
  if (side === 'before') return [checkClock, look, renew]
  // The error proves the date; what the node lacks may also be a certificate of its own, where the host's was accepted.
  const proven = problem === 'client' || problem === 'weak-signature' || side === 'after'
  return [...(proven ? [renew, look] : [look, renew]), ...ofMirror(finding, target)]
}

/**
 * How servers end the handshake for a name that they don't serve, as the edge of a CDN does, or Caddy with an internal error; other alerts are about
 * the protocol.
 */
const NAME_REFUSED =
  /\bremote error: tls: (?:handshake failure|unrecognized name|internal error)\b|\balert (?:handshake failure|unrecognized name)\b|\bfatal alert: (?:HandshakeFailure|Unrecogni[sz]edName)\b/i

/** Whether the name may lead to another host than the registry. */
function mayBeElsewhere(finding: Finding, target: NamedEndpoint): boolean {
  const isRefused = NAME_REFUSED.test(finding.evidence?.text ?? '')
  return isRefused && !isOfOthers(finding, target) && !isAddress(target.host) && !isLocal(target.host)
}

/** OpenShift's nodes get the authority of its own registry from the cluster. */
function authoritySteps(finding: Finding, target: NamedEndpoint, look: Step): Step[] {
  if (isOpenShiftService(target.host)) return [{ code: 'node-ca', node: finding.node }, look]
  const intercepted = isOfOthers(finding, target)
  const replaced = intercepted && clueOf(finding.clues, 'certificate')?.problem === 'unknown-authority'
  return [look, { code: 'trust-authority', host: target.host, intercepted, replaced }]
}

/** The runtime stopped at a file of the node's own; other nodes that run the image have it. */
function certificateFileSteps(finding: Finding): Step[] {
  const file = clueOf(finding.clues, 'named-file')
  return file === undefined
    ? [{ code: 'correct-certificate-file' }]
    : [{ ...file, code: 'restore-certificate-file', others: nodesAlike(finding) }]
}

/** Other nodes trust the authority, if the image did not come to them before: what installs it there has left this one out. */
function trustOfOthers(finding: Finding, { host }: NamedEndpoint): Step[] {
  const [node] = nodesAlike(finding)
  return node === undefined ? [] : [{ code: 'authority-of-others', host, node }]
}

/** What is on the way may block only the host of the layers; a cache may be where it does not. */
function pastInterceptor(target: NamedEndpoint): Step[] {
  return target.role === 'storage' ? [{ code: 'open-host', ...target }, { code: 'use-cache' }] : []
}

export function schemeSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  // The host itself speaks TLS, so something in between answered.
  if (isOfOthers(finding, target))
    return [testConnection(finding, target), PROXY, { code: 'open-host', ...target }]
  if (clueOf(finding.clues, 'speaks')?.scheme === 'https')
    return [
      { code: 'test-connection', scheme: 'https', ...target },
      { code: 'use-https', host: target.host, proven: true },
    ]
  const test: Step = { code: 'test-connection', scheme: 'http', ...target }
  // A port that the name chooses is the registry's own, and has answered; at port 443, something else may have.
  const isProven = target.role === 'registry' && /:(?!443$)\d+$/.test(target.host) && answersPlain(finding)
  return [
    ...stepsIf(!isProven, test),
    { code: 'allow-http', host: target.host },
    { code: 'serve-tls', host: target.host },
    ...stepsIf(isProven, test),
    ...servedByRegistry(finding, target),
    ...ofMirror(finding, target),
  ]
}

/** Whether a server spoke HTTP, as Go says it (net/http, errors of Transport), and the host's own: a proxy is asked before it. */
function answersPlain({ evidence, clues }: Finding): boolean {
  const isBehind = hasClue(clues, 'behind-proxy')
  return !isBehind && /\bserver gave HTTP response to HTTPS client\b/.test(evidence?.text ?? '')
}

/** Steps for a web page in place of a registry's answer: what sent it is on the way to the host, or in front of it. */
export function pageSteps(finding: Finding): Step[] {
  const { registry } = finding
  const target = targetHost(finding)
  if (hasClue(finding.clues, 'page-for-token') && registry !== null) {
    const host = target.role === 'token' ? target.host : null
    const product = realmProduct(finding)
    return [{ code: 'page-for-token', registry, host, product }, PROXY]
  }
  const first: Step =
    target.role === 'mirror' && registry !== null
      ? { code: 'mirror-settings', host: target.host, registry, about: 'web-page' }
      : { code: 'page-instead', host: target.host }
  return [first, testConnection(finding, target), PROXY]
}

/**
 * The address in the error is one of the redirects, which may be at another host than the first (Go's net/http). Without its query, it is if the
 * login in that is hidden.
 */
function redirectStep({ evidence }: Finding, target: NamedEndpoint): Step {
  const [, address, query = ''] =
    /"(https?:\/\/[\w.:/%~+,-]{1,600})(\?[\w.:/?&=%~+,-]{1,600}(?=\\*"))?[^\s"]{0,600}": stopped after \d/.exec(
      evidence?.text ?? '',
    ) ?? []
  const start = `https://${target.host}/${target.role === 'storage' ? '' : 'v2/'}`
  return { code: 'end-redirects', url: address === undefined ? start : `${address}${query}`, ...target }
}

/** Steps for an answer of the host's servers, or of something in their place, that is not a registry's. */
export function serverErrorSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { registry, clues, endpoint } = finding
  const status = clueOf(clues, 'status')?.status ?? 0
  const look: Step = { code: 'status-page', ...target, registry: registry ?? target.host }
  const wait: Step = { code: 'wait', for: 'registry' }
  if (hasClue(clues, 'web-page'))
    // Where others run the host, its own servers may be down and answer so.
    return [
      ...stepsIf(status > 0 && isOfOthers(finding, target), look),
      ...stepsIf(status === 404 && isOfOthers(finding, target), { code: 'ask-registry' }),
      ...pageSteps(finding),
    ]
  if (hasClue(clues, 'no-registry') && target.role === 'registry')
    return [{ code: 'page-instead', host: target.host }, { code: 'who-answered', host: target.host }, PROXY]
  if (hasClue(clues, 'endpoint-scheme') && registry !== null) {
    const host = endpoint === null ? null : target.host
    return [
      { code: 'mirror-settings', host, registry, about: 'scheme' },
      testManifest(finding, target),
      PROXY,
    ]
  }
  if (hasClue(clues, 'endless-redirects'))
    return [
      redirectStep(finding, target),
      ...ofMirror(finding, target),
      ...stepsIf(isOfOthers(finding, target), PROXY),
    ]
  if (hasClue(clues, 'login-for-mirror') && registry !== null)
    return [{ code: 'mirror-settings', host: null, registry, about: 'token' }, LOG, wait, look]
  // Neither the connection nor the server fails.
  const out = clueOf(clues, 'out-of-service')?.how
  if (out === 'offline') return [{ code: 'set-online', ...target }, ...ofMirror(finding, target)]
  if (out === 'maintenance') return [look, ...ofMirror(finding, target), wait]
  if (target.role === 'mirror' && registry !== null) {
    // Peers answer so for an image that none of them has.
    const by = clueOf(clues, 'peers-only')?.by
    const peers = status === 500 ? by : undefined
    const lacks = { code: 'mirror-lacks-image' as const, host: target.host, registry }
    return [
      ...(peers === undefined ? [] : [{ ...lacks, source: peers }, LOG]),
      ...silentMirror(finding, target),
      ...ofMirror(finding, target),
      // The embedded registry of K3s and RKE2 answers only to the certificates of nodes.
      ...stepsIf(by !== 'embedded-registry', testManifest(finding, target)),
    ]
  }
  const ofRule = cacheRuleSteps(finding, 'source', 'login')
  if (ofRule.length > 0) return [wait, ...ofRule]
  // The host itself answers, so a test of the connection would show nothing.
  if (hasClue(clues, 'storage-busy')) return [look, wait, { code: 'use-cache' }]
  // A proxy on the way may have sent the answer, or mixed up those of several clients.
  if (hasClue(clues, 'unreached-behind', 'token-of-other')) return [look, wait, PROXY]
  if (hasClue(clues, 'upstream-blocked')) return [{ code: 'unblock-upstream', host: target.host }, wait]
  return [
    look,
    testManifest(finding, target),
    // On the way to a host that others run, a 502 or higher may come from a proxy.
    ...stepsIf(
      (status >= 502 && isOfOthers(finding, target)) || (status < 500 && hasClue(clues, 'odd-answer')),
      PROXY,
    ),
    wait,
  ]
}
