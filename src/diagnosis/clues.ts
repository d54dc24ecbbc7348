/** What a failed pull's text, its endpoint and the image's name give away besides the cause. */

import type { Reference } from '../image/reference.ts'
import { nameClues, TEXT_CLUES } from './clue-patterns.ts'
import type { Endpoint } from './endpoint.ts'
import { isLocal, isPrivateAddress, isServiceName } from './endpoint.ts'
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

const ADDRESS =
  /(?:client (?:with )?ip|ip address|address|ip)[ :'"“`]{1,6}((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})['"”`]? (?:is not|is blocked|not|has been|was)/i
const CALLER =
  /\buser[ :]+["'`\\]*([^\s"'`\\,]{1,200})["'`\\]* (?:is not authorized|does not have|cannot|can't|has no)|\bUser: (arn:\S{1,200}) is not authorized/i
const DNS_SERVER = /\blookup \S+ on (\[?[0-9a-f.:]+?\]?):53\b/i
const NO_ROUTE =
  /dial tcp (?:\[[0-9a-f:]+\]:\d+->)?(\[[0-9a-f:]+\]|[\d.]+):\d+: (?:connect: )?(?:network is unreachable|cannot assign requested address)/i
const SIGNER = /required (?:e-?mail|identity|subject|signer|key)[ :]{1,3}\\*["'“]?([^"'”\\]{1,200})/i
const MIRRORS = /\(Mirrors also failed: (.{0,4000}?)\]\):/i

/** Everything that the text gives away, each once. */
export function cluesOf(text: string, known: Known): Clue[] {
  const { status, endpoint, image, reference } = known
  const words = withoutNames(text, image, reference)
  const inText = TEXT_CLUES.filter(([, pattern]) => pattern.test(words)).map(([clue]) => clue)
  return [
    ...inText,
    ...ofStatus(status),
    ...ofAnswer(text),
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

function ofAnswer(text: string): Clue[] {
  const address = ADDRESS.exec(text)?.[1]
  const caller = CALLER.exec(text)
  const name = caller?.[2] ?? caller?.[1]
  const server = DNS_SERVER.exec(text)?.[1]
  const mirrors = MIRRORS.exec(text)?.[1]
  const noRoute = NO_ROUTE.exec(text)?.[1]
  const demanded = SIGNER.exec(text)?.[1]
  return [
    ...(address === undefined ? [] : [{ code: 'caller-address' as const, address }]),
    ...(name === undefined ? [] : [{ code: 'caller' as const, name }]),
    ...(demanded === undefined ? [] : [{ code: 'signer' as const, demanded }]),
    ...(server === undefined ? [] : [{ code: 'dns-server' as const, server }]),
    ...(noRoute === undefined || isLocal(noRoute) || isPrivateAddress(noRoute)
      ? []
      : [
          {
            code: 'no-route' as const,
            family: noRoute.startsWith('[') ? ('IPv6' as const) : ('IPv4' as const),
          },
        ]),
    ...(mirrors === undefined ? [] : [{ code: 'mirrors-failed' as const, hosts: hostsOf(mirrors) }]),
  ]
}

/** The mirrors of containers/image's list, `[mirror.example/library/nginx: why] [other: why]`. */
function hostsOf(list: string): string[] {
  const hosts = [...list.matchAll(/\[([\w.-]+(?::\d+)?)(?=[/:])/g)].map(([, host = '']) => host)
  return [...new Set(hosts)].slice(0, 4)
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

/** The clue of that code, if it was found. */
export function clueOf<Code extends Clue['code']>(
  clues: readonly Clue[],
  code: Code,
): Extract<Clue, { code: Code }> | undefined {
  return clues.find((clue): clue is Extract<Clue, { code: Code }> => clue.code === code)
}
