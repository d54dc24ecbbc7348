/** The host that a step is about, which is the endpoint's, and steps that look at it or at the mirror that it is. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { nodeServiceAt } from '../diagnosis/node/node-services.ts'
import { askedEndpoint } from '../diagnosis/text/asked-endpoint.ts'
import type { NamedEndpoint } from '../diagnosis/text/endpoint.ts'
import { isAddress, isLocal } from '../image/host.ts'
import { apiHost, isGitLab, isHosted } from '../image/registries.ts'
import type { Step, StepOf } from './step/step.ts'
import type { RealmProduct } from './step/step-at-node.ts'

/** The host that was asked, or a placeholder for it. */
export function targetHost(finding: Finding): NamedEndpoint {
  return askedEndpoint(finding) ?? { host: 'REGISTRY', role: 'registry' }
}

/** The host that answered, or else the registry's own name; null if neither is known. */
export function answeringHost({ endpoint, registry }: Finding): string | null {
  return endpoint?.host ?? registry
}

type ConnectionTest = StepOf<'test-connection'>

/** Tests the connection as the runtime made it: over HTTP if its text shows that, else over HTTPS. */
export function testConnection(finding: Finding, target: NamedEndpoint): ConnectionTest {
  // containers/image asks a host that is marked as insecure over HTTP, too, after HTTPS has failed, and shows the last error; public registries need HTTPS.
  const isPlain =
    (isAskedPlain(finding, target) && !isHosted(target.host)) || isPlainByDefault(finding, target)
  if (isPlain) return { code: 'test-connection', scheme: 'http', ...target }
  const { registry } = finding
  const isNamed =
    registry !== null && target.role === 'registry' && isAddress(target.host) && !isAddress(registry)
  return {
    code: 'test-connection',
    scheme: 'https',
    ...target,
    ...(isNamed ? { name: apiHost(registry) } : {}),
  }
}

/** Where only the host fails that the registry redirects a download to, and the text does not name it; null for any other failure. */
export function unnamedDownload(finding: Finding): Step[] | null {
  const { clues, registry } = finding
  const download = clueOf(clues, 'download-host')
  return download === undefined || registry === null
    ? null
    : [{ ...download, code: 'open-download-host', registry }, { code: 'show-proxy' }, ...pullByHand(finding)]
}

/** Whether the text shows that the host was asked over plain HTTP only. */
export function isAskedPlain({ evidence }: Finding, { host }: NamedEndpoint): boolean {
  const text = evidence?.text ?? ''
  return text.includes(`http://${host}/`) && !text.includes(`https://${host}/`)
}

/** Whether the runtime asks the host over plain HTTP by default, as containerd and Docker do on the node's own loopback, where the text shows no URL. */
function isPlainByDefault({ evidence, host: { runtime } }: Finding, { host }: NamedEndpoint): boolean {
  const isShown = evidence?.text.includes(`://${host}`) === true
  return isLocal(host) && !host.endsWith(':443') && !isShown && runtime !== 'cri-o' && runtime !== null
}

/** Asks the host again for the manifest that it failed at, where the text names it; hosts that others run want a token first. */
export function testManifest(finding: Finding, target: NamedEndpoint): Step {
  const manifest = isOfOthers(finding, target) ? null : manifestIn(finding.evidence?.text ?? '', target.host)
  const test = testConnection(finding, target)
  return manifest === null ? test : { ...test, manifest }
}

const REPOSITORY = '[a-z0-9][\\w./-]{0,255}'
const VERSION = '(?:sha256:[0-9a-f]{64}|\\w[\\w.-]{0,127})'
/** A request, as containerd and Docker write it. */
const REQUESTED = new RegExp(`^(/v2/${REPOSITORY}/manifests/${VERSION}(?:\\?[\\w.=&%-]{1,200})?)`)
/** containers/image: `reading manifest TAG in HOST/REPOSITORY: `. */
const READ = new RegExp(
  `\\breading manifest (${VERSION}) in ([\\w.-]+(?::\\d+)?)/(${REPOSITORY})(?=[:\\s]|$)`,
)

/** The path of the manifest that the text says was asked for at this host; null if it says none. */
function manifestIn(text: string, host: string): string | null {
  const requests = text.split(`://${host}`).slice(1)
  const requested = requests.map(rest => REQUESTED.exec(rest)?.[1]).find(path => path !== undefined)
  if (requested !== undefined) return requested
  const [, version = '', from, repository = ''] = READ.exec(text) ?? []
  return from === host ? `/v2/${repository}/manifests/${version}` : null
}

/** The node's settings name a mirror's host, so that is where to correct it. */
export function ofMirror({ registry }: Finding, { host, role }: NamedEndpoint): Step[] {
  return role === 'mirror' && registry !== null
    ? [{ code: 'mirror-settings', host, registry, about: 'endpoint' }]
    : []
}

/** The mirror that did not answer, with the place to look at: on its own node, or wherever it runs. */
export function silentMirror({ registry }: Finding, target: NamedEndpoint): Step[] {
  const { host, role } = target
  if (role !== 'mirror' || registry === null) return []
  if (!isLocal(host)) return [{ code: 'check-mirror', host, registry }]
  return [{ code: 'node-mirror', host, service: nodeServiceAt(target) }]
}

/** A mirror that lacks the image, where the registry itself was only the last one to be tried, and can't be reached. */
export function mirrorLacking({ clues, registry }: Finding, { role }: NamedEndpoint): Step[] {
  const host = clueOf(clues, 'mirrors-failed')?.lacking ?? null
  return host === null || registry === null || role !== 'registry'
    ? []
    : [{ code: 'mirror-lacks-image', host, registry, source: 'unreachable' }]
}

/** If another node gets answers from the host, the fault is at this one; if that only runs the image, a test has to show it. */
export function compareSteps({ clues }: Finding, { host }: NamedEndpoint, about: 'name' | 'way'): Step[] {
  const other = clueOf(clues, 'answers-elsewhere')
  if (other !== undefined) return [{ code: 'compare-nodes', host, node: other.node, about }]
  const [node] = clueOf(clues, 'node-apart')?.nodes ?? []
  return node === undefined ? [] : [{ code: 'compare-nodes', host, node, about, test: true }]
}

/** A registry that somebody here may run can serve its layers itself, so that nodes need no second host; those of Windows need a newer base. */
export function servedByRegistry(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  if (hasClue(finding.clues, 'windows-base')) return [{ code: 'newer-base' }]
  const { registry } = finding
  const isOfLayers = role === 'storage' && !hasClue(finding.clues, 'signature-lookup')
  return isOfLayers && registry !== null && registry !== host && !isHosted(registry)
    ? [{ code: 'serve-layers', host, registry }]
    : []
}

/** Whether others run the host, and no address of the node or of a private network answers in its place. */
export function isOfOthers(finding: Finding, { host }: NamedEndpoint): boolean {
  return isHosted(host) && !hasClue(finding.clues, 'private-address')
}

/** The image's full name; as written, if that does not parse. */
export function imageName({ reference, image }: Finding): string {
  return reference ?? image
}

/** Repeats the pull on the node, to see the runtime's complete answer. */
export function pullByHand(finding: Finding): Step[] {
  return [{ code: 'pull-by-hand', image: imageName(finding) }]
}

/** What the text shows of the product: a name, or the path of its token server. */
const REALMS: [RealmProduct, RegExp][] = [
  ['gitea', /\bgitea\b|\bforgejo\b|\bcodeberg\b/i],
  ['artifactory', /\bartifactory\b|\bjfrog\b/i],
  ['nexus', /\bnexus\b/i],
  ['harbor', /\/service\/token\b/],
  ['gitlab', /\/jwt\/auth\b/],
  ['quay', /\/v2\/auth\b/],
]

/** The product whose token server the text or the registry's name shows; null if they show none. */
export function realmProduct({ evidence, registry }: Finding): RealmProduct | null {
  const [product = null] = REALMS.find(([, pattern]) => pattern.test(evidence?.text ?? '')) ?? []
  return product ?? (registry !== null && isGitLab(registry) ? 'gitlab' : null)
}
