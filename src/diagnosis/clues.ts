/** What a failed pull's text, its endpoint and the image's name give away besides the cause. */

import type { Reference } from '../image/reference.ts'
import type { Node } from '../snapshot/node.ts'
import type { Pod } from '../snapshot/pod.ts'
import { nameClues, quotedClues, TEXT_CLUES } from './clue-patterns.ts'
import type { Endpoint } from './endpoint.ts'
import { isLocal, isPrivateAddress, isServiceName } from './endpoint.ts'
import type { FailingContainer } from './failing-container.ts'
import type { Cause } from './finding.ts'

/** What is wrong with a certificate, as the runtime words it. */
export type CertificateProblem =
  | 'unknown-authority'
  | 'expired'
  | 'wrong-name'
  | 'no-alternative-name'
  | 'client'
  | 'legacy'

/** One thing given away. Each has its place in titles or steps (report/words). */
export type Clue =
  /** A web page came back where a registry's answer belongs. */
  | { code: 'web-page' }
  /** The registry answered 412. */
  | { code: 'precondition-failed' }
  /** A mirror's endpoint is configured without `https://`, or with two schemes. */
  | { code: 'endpoint-scheme' }
  /** A number without quotes in YAML became `1.7e+11`. */
  | { code: 'unquoted-number' }
  /** The name still holds what a template or an injector should have filled in. */
  | { code: 'placeholder'; of: 'istio' | 'template' }
  /** The name has a URL's scheme in front. */
  | { code: 'reference-scheme' }
  /** A short name that the node's runtime does not complete. */
  | { code: 'short-name' }
  /** The host is the web site, not the registry. */
  | { code: 'web-site' }
  /** The address is the node's own loopback. */
  | { code: 'loopback' }
  /** An address of a private network. */
  | { code: 'private-address' }
  /** The name of a Service: nodes don't use the cluster's DNS. */
  | { code: 'service-name' }
  /** The DNS server that the node asked. */
  | { code: 'dns-server'; server: string }
  /** The node has no way out for addresses of this family. */
  | { code: 'no-route'; family: 'IPv4' | 'IPv6' }
  /** The nodes' settings forbid to ask the registry itself. */
  | { code: 'source-blocked' }
  /** The registry's mirrors failed too, each with its own words. */
  | { code: 'mirrors-failed'; hosts: string[] }
  /** The address that the registry does not let in. */
  | { code: 'caller-address'; address: string }
  /** The account that the registry names. */
  | { code: 'caller'; name: string }
  /** The token has expired. */
  | { code: 'expired' }
  /** The kubelet's credential provider on the node failed or could not be started. */
  | { code: 'credential-provider' }
  /** The certificate's authority is unknown, it has expired, or it is for another name. */
  | { code: 'certificate'; problem: CertificateProblem }
  /** The file system below the runtime can't hold layers. */
  | { code: 'file-system' }
  /** A layer came incomplete or damaged. */
  | { code: 'partial-layer' }
  /** A layer of a media type that only another snapshotter knows. */
  | { code: 'layer-type' }
  /** A layer whose format the runtime does not read. */
  | { code: 'layer-format' }
  /** The runtime's store on the node is damaged: the image came, and is not there. */
  | { code: 'damaged-store' }
  /** An old Docker manifest, schema 1. */
  | { code: 'schema1' }
  /** Something that is not a container image, such as a chart or another OCI artifact. */
  | { code: 'artifact' }
  /** What harms the registry's or the proxy's answer: the status that it gave. */
  | { code: 'status'; status: number }
  /** A registry's storage quota, not its rate limit. */
  | { code: 'storage-quota' }
  /** Which policy of the registry holds the image back. */
  | { code: 'vulnerabilities' }
  /** A guest of confidential containers pulls by itself. */
  | { code: 'guest' }
  /** The policy is Always on a node of one's own machine, where images are loaded by hand. */
  | { code: 'local-image' }
  /** Whom the node's signature policy demands as the signer. */
  | { code: 'signer'; demanded: string }
  /** The account was suspended, or the plan no longer allows it. */
  | { code: 'suspended' }
  /** Country or region. */
  | { code: 'region' }
  /** The image may only be read with another scope or kind of token. */
  | { code: 'token-scope' }

interface Known {
  cause: Cause
  status: number | null
  endpoint: Endpoint | null
  image: string
  reference: Reference | null
}

/** Everything that the text gives away, each once. */
export function cluesOf(text: string, known: Known): Clue[] {
  const { status, endpoint, image, reference } = known
  const words = withoutNames(text, image, reference)
  const inText = TEXT_CLUES.filter(([, pattern]) => pattern.test(words)).map(([clue]) => clue)
  return [
    ...inText,
    ...ofStatus(status),
    ...quotedClues(text),
    ...ofHost(endpoint, reference),
    ...nameClues(image),
  ]
}

/** The text without the image's own names: a repository called "billing" says nothing. */
function withoutNames(text: string, image: string, reference: Reference | null): string {
  const names = [
    image,
    ...(reference === null ? [] : [`${reference.registry}/${reference.repository}`, reference.repository]),
  ]
  return names.filter(name => name.length > 2).reduce((rest, name) => rest.replaceAll(name, '‹name›'), text)
}

function ofStatus(status: number | null): Clue[] {
  if (status === 412) return [{ code: 'precondition-failed' }]
  if (status === 402) return [{ code: 'suspended' }]
  return status !== null && status >= 500 ? [{ code: 'status', status }] : []
}

function ofHost(endpoint: Endpoint | null, reference: Reference | null): Clue[] {
  const registry = reference?.registry ?? null
  const host = endpoint !== null && endpoint.role !== 'runtime' ? endpoint.host : registry
  const clues: Clue[] =
    registry !== null && /^(?:www\.)?hub\.docker\.com$/i.test(registry) ? [{ code: 'web-site' }] : []
  if (host === null) return clues
  if (isLocal(host)) clues.push({ code: 'loopback' })
  else if (isServiceName(host)) clues.push({ code: 'service-name' })
  else if (isPrivateAddress(host)) clues.push({ code: 'private-address' })
  return clues
}

/** A node of somebody's own machine, where images are built or loaded by hand. */
const LOCAL_NODE = /^(?:minikube|docker-desktop|colima|orbstack|k3d-.*|kind-.*|.*-control-plane)$/

/** What the place of the pull gives away: a guest that pulls by itself, a node that images are loaded onto. */
export function cluesOfPlace(
  { container, usesPullSecrets }: FailingContainer,
  pod: Pod,
  node: Node | null,
): Clue[] {
  const guest = !usesPullSecrets && container.kind !== 'sandbox'
  const own =
    node?.provider === 'kind' ||
    LOCAL_NODE.test(pod.node ?? '') ||
    node?.images.includes(container.image) === true
  return [
    ...(guest ? [{ code: 'guest' } as const] : []),
    ...(own && container.pullPolicy === 'Always' ? [{ code: 'local-image' } as const] : []),
  ]
}

/** The clue of that code, if it was found. */
export function clueOf<Code extends Clue['code']>(
  clues: readonly Clue[],
  code: Code,
): Extract<Clue, { code: Code }> | undefined {
  return clues.find((clue): clue is Extract<Clue, { code: Code }> => clue.code === code)
}
