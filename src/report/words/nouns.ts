/** Nouns in sentences: how many there are, lists of them, and the names of hosts and images. */

import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { AddressOwner } from '../../diagnosis/clues/clue-on-way.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Endpoint } from '../../diagnosis/text/endpoint.ts'
import { DOCKER_HUB, isDockerHub } from '../../image/docker-hub.ts'
import { isAddress, withoutPort } from '../../image/host.ts'
import { isFixedHost, isHosted } from '../../image/registries.ts'

/** Companies whose addresses forged DNS answers give. */
export const ADDRESS_OWNERS: Record<Exclude<AddressOwner, 'node'>, string> = {
  meta: 'Meta (Facebook)',
  x: 'X (Twitter)',
  dropbox: 'Dropbox',
}

/** Returns, for example, `1,234`, regardless of the machine's locale. */
export function formatNumber(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 pod`, `2 pods`, `50,000 pods`. */
export function pluralize(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `a and b`, `a, b, and c`. */
export function joinList(items: readonly string[]): string {
  return items.length <= 2 ? items.join(' and ') : `${items.slice(0, -1).join(', ')}, and ${items.at(-1)}`
}

/** Returns the first few, and the number of others: `a, b, c, and 2 more`. */
export function shortList(names: readonly string[], shown: number): string {
  const first = firstOf(names, shown)
  const rest = names.length - first.length
  return joinList(rest === 0 ? names : [...first, `${formatNumber(rest)} more`])
}

/** Returns the first items; all if only one would be hidden, because the count of hidden ones takes as much room. */
export function firstOf<Item>(items: readonly Item[], most: number): readonly Item[] {
  return items.length <= most + 1 ? items : items.slice(0, most)
}

/** Returns, for example, `node a`, `nodes a and b`, or, with at most two of them shown, `nodes a, b, and 3 more`. */
export function namedList(noun: string, names: readonly string[], shown = Number.POSITIVE_INFINITY): string {
  return `${noun}${names.length === 1 ? '' : 's'} ${shortList(names, shown)}`
}

/** Returns `Both` or, for example, `All 3`, to precede a plural noun. */
export function allOf(count: number): string {
  return count === 2 ? 'Both' : `All ${formatNumber(count)}`
}

/** Returns the number of pods in these findings; a pod with two failing containers counts once. */
export function countPods(findings: readonly Finding[]): number {
  return new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size
}

type WithEndpoint = Pick<Finding, 'registry' | 'endpoint'>

/** Returns the registry's common name. */
export function registryLabel(registry: string | null): string {
  return registry === null ? 'the registry' : registry === DOCKER_HUB ? 'Docker Hub' : registry
}

/** Returns the host that answered or was asked, for use inside a sentence: `Docker Hub`, `the mirror cache.example`. */
export function responderLabel({ registry, endpoint }: WithEndpoint): string {
  return endpoint === null ? registryLabel(registry) : hostLabel(endpoint, registry)
}

/** Whether the registry redirected the request to this host of another name. */
export function isRedirectedTo({ host, role }: Endpoint, registry: string | null): boolean {
  if (role !== 'registry' || registry === null || isDockerHub(registry) || isAddress(host)) return false
  return withoutPort(host) !== withoutPort(registry)
}

/** Returns a host's label according to its role in the pull. */
export function hostLabel({ host, role }: Endpoint, registry: string | null): string {
  switch (role) {
    case 'registry':
      return isRedirectedTo({ host, role }, registry)
        ? `${host} (behind ${registry})`
        : registryLabel(registry ?? host)
    case 'mirror':
      return `the mirror ${host}`
    case 'token':
      // Most registries issue tokens themselves.
      return host === registry ? registryLabel(registry) : `the token server ${host}`
    case 'storage':
      return `the download host ${host}`
    case 'proxy':
      return host === null ? 'the proxy' : `the proxy ${host}`
    case 'runtime':
      return `the runtime's socket ${host}`
  }
}

/** Explains the role of a host other than the registry, as a sentence; empty for the registry itself. */
export function roleSentence(finding: WithEndpoint & ByMirror & Pick<Finding, 'clues' | 'cause'>): string {
  const { endpoint, registry, clues, cause } = finding
  if (endpoint === null) return ''
  const name = registryLabel(registry)
  const { host, role } = endpoint
  switch (role) {
    case 'mirror':
      return `The node is configured to ask the mirror ${host}${hasClue(clues, 'loopback') ? ', on the node itself,' : ''} first for images of ${name}.${asksFurther(finding) ? ` Unless its settings rule it out, containerd asked ${name} as well, without success; it shows only one of the failures.` : ''}`
    case 'token':
      if (host === registry || host === null) return ''
      return registry !== null && isFixedHost(registry) && !isHosted(host)
        ? `${host} issues the tokens for a mirror that the node asks instead of ${name}.`
        : `${host} issues the tokens for pulls from ${name}.`
    case 'storage':
      if (hasClue(clues, 'windows-base'))
        return `The image has layers of an older Windows base image: the manifest at ${name} sends the nodes to Microsoft for them.`
      if (hasClue(clues, 'other-platforms'))
        return `The only layers that ${host} serves are those of Windows images, and the node runs Linux.`
      return `${host} ${hasClue(clues, 'signature-lookup') ? 'stores the signatures' : 'serves the layers'} of images from ${name}${cause === 'auth-required-or-denied' ? '.' : '; the nodes must be able to reach it too.'}`
    default:
      return ''
  }
}

type ByMirror = Pick<Finding, 'evidence' | 'host' | 'clues'>

/**
 * Whether the text shows one of several failures: containerd resolves a name at the mirrors first, then at the registry, and keeps one error
 * (containerd/containerd, core/remotes/docker/resolver.go; containerd/containerd#3868, #5275 of 1.5). CRI-O lists them all.
 */
function asksFurther({ evidence, host: { runtime, version }, clues }: ByMirror): boolean {
  const text = evidence?.text ?? ''
  // It reads the settings of all of them before it asks any.
  if (hasClue(clues, 'certificate-file')) return false
  return (
    (runtime === null || runtime === 'containerd') &&
    !/^1\.[0-4]\./.test(version ?? '') &&
    /\bfailed to resolve reference\b/.test(text) &&
    !/\bcontext (?:canceled|deadline exceeded)\b/.test(text)
  )
}

/** Capitalizes a label that starts with an article, at the start of a sentence; a host name keeps its case. */
export function capitalize(label: string): string {
  return /^(?:the|an?) /.test(label) ? withCapital(label) : label
}

/** Returns a clause as it starts a sentence. */
export function withCapital(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1)
}

/** Returns a headline as it follows a colon. */
export function uncapitalize(headline: string): string {
  return headline.replace(/^(?:The|An?|Another|Node|Pull|No|What) /, first => first.toLowerCase())
}

/** Returns an image's name, which a sandbox's error may lack. */
export function imageText(image: string): string {
  return image === '' ? 'an image that the error does not name' : image
}

/** Returns, for example, `deployment/shop`, as in kubectl's arguments. */
export function objectName({ kind, name }: { kind: string; name: string }): string {
  return `${kind.toLowerCase()}/${name}`
}
