/** The words of steps about TLS: a host's certificate, who has to trust it, and hosts without it. */

import type { CertificateStep } from '../../../advice/step/step-at-node.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { CertificateProblem } from '../../../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { NamedEndpoint } from '../../../diagnosis/text/endpoint.ts'
import { hostAlone, isAddress, isLocal, isOfCluster, withPort } from '../../../image/host.ts'
import { isHosted } from '../../../image/registries.ts'
import { shellWord } from '../../sanitize.ts'
import { isDated, signatureHash } from '../causes/network.ts'
import { minuteOf } from '../duration.ts'
import { certificateCommand, lookUpCommand, nodeName, nodeShellStep, onNodes } from '../node/node.ts'
import { authorityPlace, clientCertificatePlace, interceptorPlace } from '../node/node-certificates.ts'
import {
  insecureList,
  mirrorSettings,
  plainHttpPlace,
  restartOf,
  unreadHosts,
} from '../node/node-settings.ts'
import { namedList } from '../nouns.ts'
import type { Findings, StepText, StepWords } from '../step-words.ts'

const folderOf = (path: string) => path.replace(/\/[^/]*$/, '') || '/'

/** Returns the host with its part in the pull; a host that the text does not name is the registry's. */
const registryEndpoint = ({ endpoint }: Pick<Finding, 'endpoint'>, host: string): NamedEndpoint => ({
  host,
  role: endpoint?.host === host ? endpoint.role : 'registry',
})

/** Returns which certificate is to be renewed, and by whom; K3s and RKE2 renew their own (docs.k3s.io/cli/certificate). */
function renewExpired(host: string, finding: Finding): string {
  const dated = clueOf(finding.clues, 'certificate-date')
  if (clueOf(finding.clues, 'peers-only')?.by === 'embedded-registry' && dated?.side !== 'before')
    return `Let K3s or RKE2 renew the certificate of its embedded registry, which most likely answers at ${host}: ${restartOf(finding.host) ?? 'restart its service'} ${finding.node === null ? 'on the node' : `on ${nodeName(finding)}`}, as it renews certificates that have expired, or soon will, whenever it starts`
  if (dated?.side === 'before')
    return `If the clock is right, reissue the certificate of ${host}, or wait: it is not valid before ${minuteOf(dated.date)}`
  const date = expiryDate(finding)
  const isOfGuest = hasClue(finding.clues, 'guest')
  return date === null
    ? `Renew the certificate of ${host} (or set the ${isOfGuest ? 'guest' : 'node'}'s clock, if that is wrong)`
    : `Renew the certificate of ${host}, if that is the one that expired on ${date}${ofOldRoot(date)}; if you don't run the host, ask its operator`
}

/** Returns the day on which a certificate expired, if the error proves it. */
function expiryDate({ clues }: Pick<Finding, 'clues'>): string | null {
  const dated = clueOf(clues, 'certificate-date')
  return dated?.side === 'after' ? dated.date.slice(0, 10) : null
}

/** A root of Let's Encrypt that old systems still look for (letsencrypt.org/docs/dst-root-ca-x3-expiration-september-2021). */
function ofOldRoot(date: string): string {
  return date === '2021-09-30'
    ? " (on that day DST Root CA X3, a root of Let's Encrypt, expired: then the node needs newer root certificates)"
    : ''
}

/** Returns why a wildcard that seems to cover the host does not; empty if there is none. */
function wildcardNote({ clues }: Pick<Finding, 'clues'>, host: string): string {
  const names = clues.flatMap(clue => (clue.code === 'certificate-for' ? clue.names.split(', ') : []))
  const wildcard = names.find(name => name.startsWith('*.') && hostAlone(host).endsWith(name.slice(1)))
  return wildcard === undefined ? '' : `: the * in ${wildcard} matches a single label only`
}

/** Returns where the nodes' runtime looks for a client certificate; null if it has no such place. */
const clientPlace = (host: string, finding: Finding) =>
  clientCertificatePlace(finding.host, registryEndpoint(finding, host), finding.registry ?? host)

/** Returns how nodes show a certificate, as a clause. */
function clientCertificate(host: string, finding: Finding): string {
  const place = clientPlace(host, finding)
  return place === null
    ? `Let ${host} accept nodes without a client certificate, or copy the image into a registry that does: these nodes have no setting for one`
    : `Give every node a client certificate that ${host} accepts, in ${place}`
}

const reissue = (host: string) =>
  `Reissue the certificate of ${host} with a subjectAltName and current algorithms, or enable a current TLS version there`

/** What its operator does about a certificate, by what is wrong with it. */
const RENEW: Record<CertificateProblem, (host: string, finding: Finding) => string> = {
  expired: renewExpired,
  'wrong-name': (host, finding) =>
    `Use the name that the certificate of ${host} is for, or reissue it with this name or address (subjectAltName)${wildcardNote(finding, host)}`,
  'no-name': host =>
    `Reissue the certificate of ${host} with this name as a subject alternative name (SAN): it lists no names, so something else may answer at this address or port, such as a proxy with a default certificate`,
  'no-alternative-name': host =>
    `Reissue the certificate of ${host} with this name or address as a subject alternative name (SAN): runtimes ignore the common name`,
  client: clientCertificate,
  'negative-serial': host =>
    `Reissue the certificate of ${host}, or that of the authority in its chain which has one, with a positive serial number; if a proxy or firewall in between intercepts TLS, do the same there, or exempt ${host} from it`,
  unreadable: host =>
    `Reissue the certificate of ${host}, or that of the authority in its chain, without what the error names; if a proxy or firewall in between intercepts TLS, do the same there, or exempt ${host} from it`,
  'weak-signature': (host, finding) =>
    `Reissue the certificate of ${host}, or that of the authority in its chain that is signed with ${signatureHash(finding)}, and have it signed with SHA-256; if a proxy or firewall in between intercepts TLS, do the same there, or exempt ${host} from it`,
  legacy: reissue,
  'unknown-authority': reissue,
}

/** Returns what may make a valid certificate look expired. */
function oldRoots(host: string, finding: Finding): string {
  const date = expiryDate(finding)
  const roots = 'root certificates of the node (package ca-certificates), which are outdated on an old system'
  const others = `: the operator of ${host} keeps its certificates current`
  const proxy = 'look for a proxy or firewall in between that shows a certificate of its own'
  return date === null
    ? `If the clock is right, ${proxy}, and update the ${roots}${others}`
    : `Update the ${roots}${ofOldRoot(date)}, or ${proxy}${others}`
}

/** Returns what to do about what intercepts TLS and shows certificates that can't be parsed. */
const unparsed = (host: string, without: string) =>
  `Find the proxy or firewall in between that intercepts TLS (the certificate's issuer names it), and have it issue its certificates again, ${without}, or exempt ${host} and the registry's other hosts from it: no authority that the node trusts changes this`

/** What helps where the host itself shows others a valid certificate; a name has a look-up first. */
const OTHERWISE: Partial<Record<CertificateProblem, (host: string, finding: Finding) => string>> = {
  expired: oldRoots,
  'negative-serial': host => unparsed(host, 'with positive serial numbers'),
  unreadable: host => unparsed(host, 'without what the error names'),
  'weak-signature': host => unparsed(host, 'signed with SHA-256'),
}

/** Whether a certificate is for the host's own domain or a part of it, so that no stranger shows it. */
function isOfSite(host: string, names: string): boolean {
  return names.split(', ').some(name => `.${hostAlone(host)}`.endsWith(`.${name.replace(/^\*\./, '')}`))
}

/** Returns how to find what answers in place of the host; a filter that shows its own certificate is known by that (docs.umbrella.com, block page). */
function seeAnswerer(host: string, findings: Findings): StepText {
  const names = clueOf(findings[0].clues, 'certificate-for')?.names ?? ''
  const shown = names === '' ? '' : `, with a certificate for ${names}`
  if (/(?:^|[.\s])(?:opendns|umbrella)\.com(?:,|$)/i.test(names))
    return {
      text: `Allow ${host} in Cisco Umbrella (OpenDNS), a DNS filter that answers in place of what it blocks${shown}, or let the nodes ask another DNS server`,
    }
  if (isOfSite(host, names)) {
    const correct =
      findings[0].endpoint?.role === 'registry'
        ? ', and correct the host in the image if it should be one of these'
        : ''
    return nodeShellStep(
      `See what ${host} resolves to ${onNodes(findings)}${correct}: the certificate is for ${names}, so most likely the same site answers, which has none for this name (* stands for one part of a name only)`,
      lookUpCommand(findings[0].host, hostAlone(host)),
      findings,
    )
  }
  return nodeShellStep(
    `See what ${host} resolves to ${onNodes(findings)}: something else answers in its place${shown}, under another address (a wildcard record in a DNS search domain, or a login portal) or on the way (a proxy, a firewall, or a provider that blocks the address)`,
    lookUpCommand(findings[0].host, hostAlone(host)),
    findings,
  )
}

const intercepted = (host: string) =>
  `Look for a proxy or firewall in between that intercepts TLS, and for a runtime that is too old for current TLS: the operator of ${host} shows others a valid certificate`

/**
 * Returns what the HTTPS attempt may hide: containerd makes it last, when an endpoint in its settings failed or lacks the image (docs.k3s.io, default
 * endpoint fallback; containerd/containerd#4141, containerd/cri#1201).
 */
function triedAfterHttp({ cause, host: { runtime } }: Finding, { role }: NamedEndpoint): string {
  return cause === 'http-https-mismatch' && runtime === 'containerd' && role === 'registry'
    ? '. If it is already configured, check that the image is there: some versions of containerd report only the HTTPS attempt that follows when the HTTP endpoint fails or lacks the image'
    : ''
}

/** Returns the name that needs no setting for MicroK8s' own registry, a NodePort, which serves at every node (microk8s.io/docs/registry-built-in). */
function atMicrok8s({ host: { platform }, image }: Finding, { host, role }: NamedEndpoint): string {
  const [address, port] = host.split(':')
  if (platform !== 'microk8s' || role !== 'registry' || port !== '32000' || !isAddress(host)) return ''
  return `. If ${address} is a node of this cluster, and this is MicroK8s' own registry, no setting is needed: write ${image.replace(host, 'localhost:32000')} in the pod's template, as that registry serves on every node at localhost:32000, for which HTTP is allowed already`
}

/** It signed itself, or Go found a certificate with its signer's name, whose key is another (crypto/x509, UnknownAuthorityError). */
const SIGNER_KNOWN = /\bself[- ]signed\b|\bto verify candidate authority certificate\b/i

/**
 * Whether the server may send its certificate without the one between it and the authority, which Go, unlike browsers, does not fetch (crypto/x509).
 * The well-known registries' servers do not, no public authority is for addresses, loopback names, and Services, and a self-signed certificate needs none.
 */
export function mayLackIntermediate(host: string, { clues, evidence }: Finding): boolean {
  const isUntrusted = clues.some(clue => clue.code === 'certificate' && clue.problem === 'unknown-authority')
  const mayBePublic = !isHosted(host) && !isAddress(host) && !isLocal(host) && !isOfCluster(host)
  return isUntrusted && mayBePublic && !SIGNER_KNOWN.test(evidence?.text ?? '')
}

/** Returns what else the chain may show. */
function chainNote(host: string, finding: Finding): string {
  return mayLackIntermediate(host, finding) && finding.host.os !== 'windows'
    ? ' (if the chain is the certificate of the host alone, and a public authority issued that, let the server send the intermediate certificate too: fullchain.pem in place of cert.pem)'
    : ''
}

/** AKS has one list for all nodes, so two of them differ only in what somebody put on one by hand. */
function onNodeItself(host: Finding['host']): Finding['host'] {
  return host.platform === 'aks' ? { ...host, platform: null } : host
}

export const certificateSteps: StepWords<CertificateStep> = {
  'show-certificate': ({ host }, { findings }) =>
    nodeShellStep(
      `Look at the certificate${isDated(clueOf(findings[0].clues, 'certificate')?.problem) ? ' (and the clock)' : ''} ${onNodes(findings)}${chainNote(host, findings[0])}`,
      certificateCommand(findings[0].host, withPort(host)),
      findings,
    ),
  'trust-authority': ({ host, intercepted, replaced }, { findings: [first] }) => ({
    text: replaced
      ? `If the issuer is not a public authority, as it is for the certificate that the host shows others, a company's proxy or firewall in between replaces it, most likely for other registries as well: let every node trust its authority, whose certificate goes into ${authorityPlace(first.host, registryEndpoint(first, host), first.registry ?? host, { wide: true })}${interceptorPlace(first.host)}. If the issuer is a public one, update the node's root certificates`
      : `${intercepted ? 'If a company proxy intercepts TLS, or the authority is your own' : 'If the authority is your own'}, let every node trust it: put its CA certificate into ${authorityPlace(first.host, registryEndpoint(first, host), first.registry ?? host)}${intercepted ? interceptorPlace(first.host) : ''}`,
  }),
  'authority-of-others': ({ host, node }, { findings: [first] }) => ({
    text: `See whether node ${node}, where the image runs, trusts the authority of ${host}: compare ${authorityPlace(onNodeItself(first.host), registryEndpoint(first, host), first.registry ?? host, { named: true })} there and on ${nodeName(first)}. If it does, ${first.host.platform === 'talos' ? 'give this node the same' : 'find out what installs the CA certificate there (the image or user data of a node pool, or a DaemonSet, which needs a toleration for the taints of other nodes)'}; otherwise, an earlier pull left the image there`,
  }),
  'correct-certificate-file': (_step, { findings }) => ({
    text: `Correct the certificate or key file that the runtime's registry settings name ${onNodes(findings)} (its path, its permissions, its PEM content), or remove it from those settings`,
  }),
  'restore-certificate-file': ({ path, problem, others }, { findings }) => {
    const [{ host, registry }] = findings
    const settings = mirrorSettings(host, registry ?? '<registry>')
    const removal = `or remove it from ${settings}, which names it`
    const asThere = others.length === 0 ? '' : `, as on ${namedList('node', others)}, where the image runs`
    const repair = {
      missing: `Put the file ${path} ${onNodes(findings)}${asThere}, ${removal}: it does not exist there`,
      denied: `Let the runtime read ${path} ${onNodes(findings)} (the permissions of the file and its folders, SELinux), ${removal}`,
      content: `Put a certificate in PEM format into ${path} ${onNodes(findings)}${asThere}, ${removal}: the file has none that the runtime can read`,
    }[problem]
    return nodeShellStep(`${repair}. This shows the folder`, `ls -l ${shellWord(folderOf(path))}`, findings)
  },
  'other-tls-version': ({ host, chosen }, { findings }) => ({
    text:
      chosen === '1.2'
        ? `Let the client that asks ${host} ${onNodes(findings)} accept TLS 1.2 too (the runtime, or a controller such as Knative's): it is set to TLS 1.3 only, and ${host} chose TLS 1.2`
        : isHosted(host)
          ? `Look for a proxy or firewall that intercepts TLS on the way to ${host}, and only speaks TLS ${chosen}, which current runtimes refuse`
          : `Enable TLS 1.2 or later at ${host}, or at what is in front of it: it chose TLS ${chosen}, which current runtimes refuse`,
  }),
  'tls-between': ({ host }, { findings: [{ clues, host: node }] }) => ({
    text: hasClue(clues, 'tls-refused')
      ? `Look for a proxy or firewall that intercepts TLS on the way to ${host}, and for a runtime${node.version === null ? '' : ` (${node.runtime} ${node.version})`} that is too old for the TLS versions and ciphers there, or is set to use newer ones only (such as TLS 1.3)${isHosted(host) ? '' : `; the log of ${host} shows its side of the handshake`}`
      : `Look for what damages or ends the connection to ${host}: a proxy or firewall that inspects TLS, or an MTU that is too large${isHosted(host) ? '' : `; the log of ${host} shows its side of the handshake`}`,
  }),
  'renew-certificate': ({ host, problem }, { findings: [first] }) => ({ text: RENEW[problem](host, first) }),
  'public-certificate': ({ host, problem }, { findings }) =>
    problem === 'wrong-name' || problem === 'no-name'
      ? seeAnswerer(host, findings)
      : { text: OTHERWISE[problem]?.(host, findings[0]) ?? intercepted(host) },
  'ingress-certificate': ({ host }, { findings: [{ registry, image, host: node }] }) => {
    const own = `${host} its own certificate: check that its tls section lists this host, and that the secret named there exists in its namespace`
    if (registry !== host || /:\d+$/.test(host)) return { text: `Give the ingress of ${own}` }
    // k3d-io/k3d#1086
    const isOfTool = /^k3d-|\.localhost$/.test(host)
    return {
      text: isOfTool
        ? `Write the registry's port in the name ${image}, such as ${host}:5000 (\`k3d registry list\` shows k3d's registries): without one, the request goes to port 443, where the ingress controller answers. If the registry is behind it, give the ingress of ${own}`
        : `Give the ingress of ${own}. If the registry has a port of its own instead, write it in the image's name: without one, the request goes to port 443, where the ingress controller answers${unreadHosts(node, host)}`,
      brief: isOfTool
        ? `Write the registry's port in the name ${image}: without one, an ingress controller answers`
        : `Give the ingress of ${own}`,
    }
  },
  'serve-tls': ({ host }) => ({
    text: `Or serve ${host} over TLS, so that logins and images are encrypted in transit`,
  }),
  'allow-http': ({ host }, { findings: [first] }) => {
    const endpoint = registryEndpoint(first, host)
    return {
      text: `If ${host} is meant to serve plain HTTP, configure the runtime on every ${first.host.os === 'windows' ? 'Windows ' : ''}node: ${plainHttpPlace(first.host, endpoint, first.registry ?? host)}${triedAfterHttp(first, endpoint)}${atMicrok8s(first, endpoint)}`,
    }
  },
  'use-https': ({ host, proven, status }, { findings: [first] }) => {
    const { role } = registryEndpoint(first, host)
    const list = role === 'mirror' ? null : insecureList(first.host)
    // Docker, and containers/image, try HTTPS first where they may use HTTP, and show only the second failure (moby/moby, registry/config.go).
    if (proven && list !== null)
      return {
        text: `Remove ${host} from ${list} on every node, so that the runtime uses HTTPS only: it tries HTTP after HTTPS has failed, and the next error then shows why that was`,
      }
    const place = mirrorSettings(first.host, role === 'mirror' ? (first.registry ?? host) : host)
    return {
      text: proven
        ? `Let the runtime on every node use https:// for ${host}, in ${place}, which now has http:// or treats the host as insecure`
        : `If ${host} serves HTTPS, set it to https:// on every node, in ${place}: the runtime is set to plain HTTP for it now, ${status === undefined ? 'and port 80 refuses connections' : `and that is answered with ${status} where a port expects TLS`}`,
    }
  },
}
