/** Parses the address of a mirror, and refuses addresses that can't work on a node. */

import { parse } from 'tldts'
import { canonicalRegistry, isDockerHubHost } from '../image/docker-hub.ts'
import { isLocal, isServiceName, withoutPort } from '../image/host.ts'

export interface MirrorAddress {
  scheme: 'https' | 'http'
  /** With its port, if one was given. */
  host: string
  /** The path after `/v2/`, without slashes at its ends: `proxy` in `https://harbor.example/v2/proxy`; empty if there is none. */
  prefix: string
  /** In the form that runtimes accept, with `/v2/…` only if there is a prefix. */
  url: string
}

/** Why an address can't be used. */
export type AddressProblem =
  | 'empty'
  | 'no-scheme'
  | 'other-scheme'
  | 'malformed'
  | 'login'
  | 'query'
  | 'path'
  | 'plain-http'
  | 'loopback'
  | 'service-name'
  | 'docker-hub'
  | 'itself'

export interface AddressRules {
  /** Whether plain HTTP is intended. */
  plainHttp: boolean
  /** Whether the mirror runs on every node, so that a loopback address is intended. */
  onEveryNode: boolean
  /** The registries to mirror. */
  registries: readonly string[]
}

/** The parts of the address, or why nodes can't use it. Problems never repeat the text, which might contain a password. */
export function readAddress(
  text: string,
  { plainHttp, onEveryNode, registries }: AddressRules,
): MirrorAddress | { problem: AddressProblem } {
  const given = text.trim()
  if (given === '') return { problem: 'empty' }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase()
  // Checked before the URL is parsed: `user:password@host` parses as a URL of scheme "user".
  if (/^[^/?#]*(?:\/\/)?[^/?#]*@/.test(given)) return { problem: 'login' }
  if (scheme === undefined) return { problem: 'no-scheme' }
  if (scheme !== 'https' && scheme !== 'http') return { problem: 'other-scheme' }
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || url.port === '0') return { problem: 'malformed' }
  if (url.search !== '' || url.hash !== '') return { problem: 'query' }
  const problem = hostProblem(url.host, onEveryNode)
  if (problem !== null) return { problem }
  if (registries.some(registry => canonicalRegistry(registry) === url.host)) return { problem: 'itself' }
  const prefix = prefixOf(url.pathname)
  if (prefix === null) return { problem: 'path' }
  if (scheme === 'http' && !plainHttp) return { problem: 'plain-http' }
  const { host } = url
  return { scheme, host, prefix, url: urlOf(scheme, host, prefix) }
}

function hostProblem(host: string, onEveryNode: boolean): AddressProblem | null {
  if (isLocal(host)) return onEveryNode ? null : 'loopback'
  if (isServiceName(host)) return 'service-name'
  return isDockerHubHost(withoutPort(host)) ? 'docker-hub' : null
}

/** The path after `/v2/`; null for a path that runtimes don't accept as the root of a registry's API. */
function prefixOf(path: string): string | null {
  const plain = path.replace(/\/+$/, '')
  if (plain === '' || plain === '/v2') return ''
  return /^\/v2((?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+)$/.exec(plain)?.[1]?.slice(1) ?? null
}

function urlOf(scheme: string, host: string, prefix: string): string {
  return `${rootOf({ scheme, host })}${prefix === '' ? '' : `/v2/${prefix}`}`
}

/** The URL without the prefix. */
export function rootOf({ scheme, host }: { scheme: string; host: string }): string {
  return `${scheme}://${host}`
}

/** Whether the name has no public top-level domain, such as a Service's short name: only the site's own DNS resolves it on nodes. */
export function isShortName({ host }: Pick<MirrorAddress, 'host'>): boolean {
  const { hostname, isIp, isIcann } = parse(host)
  if (hostname === null || isIp || isLocal(host)) return false
  return !isIcann && hostname.split('.').length <= 2
}

/** `mirror.example/proxy`: host and prefix as containers/image and OpenShift take them. */
export function locationOf({ host, prefix }: MirrorAddress): string {
  return prefix === '' ? host : `${host}/${prefix}`
}

/** The registry's name in references, such as `docker.io`; null for text that is not a registry's host. */
export function readRegistry(text: string): string | null {
  const name = canonicalRegistry(text.trim())
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9](?::\d+)?$|^localhost:\d+$/.test(name)
    ? name
    : null
}
