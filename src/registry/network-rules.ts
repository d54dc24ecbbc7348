/** Where requests and credentials may go. Each rule closes a known hole of registry clients. */

import { BlockList, isIP } from 'node:net'
import { getDomain } from 'tldts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { withoutPort } from '../image/host.ts'

/** Loopback, private, link-local, unspecified, shared, benchmarking, multicast, and reserved addresses (RFC 6890). */
const INTERNAL = new BlockList()
const INTERNAL_V4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3'
/** Includes addresses that contain an IPv4 address: translated (NAT64), compatible, 6to4, Teredo. */
const INTERNAL_V6 =
  '::/96 64:ff9b::/96 64:ff9b:1::/48 2001::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8'
for (const range of INTERNAL_V4.split(' ')) addRange(range, 'ipv4')
for (const range of INTERNAL_V6.split(' ')) addRange(range, 'ipv6')

function addRange(range: string, family: 'ipv4' | 'ipv6') {
  const [address = '', bits = ''] = range.split('/')
  INTERNAL.addSubnet(address, Number(bits), family)
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

/** The machine itself: `localhost`, 127.0.0.0/8, ::1, and, other than for Go's proxy rule in network/proxy, names under localhost (RFC 6761). */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname).toLowerCase()
  return host === '::1' || /(^|\.)localhost$/.test(host) || (isIP(host) === 4 && host.startsWith('127.'))
}

/** Whether the host is this machine or an internal address, in any notation. Names are not resolved. */
export function isInternal(hostname: string): boolean {
  const host = bare(hostname)
  const family = isIP(host)
  if (family === 0) return isLoopback(host)
  return INTERNAL.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Why a URL that a registry named (a realm, a redirect) must not be visited; null if it can be. It must be https, or http if the registry
 * itself uses plain http; without a username; and not an internal address, except the registry's own host and port
 * (go-containerregistry's realm check; CVE-2026-33540, CVE-2026-48978).
 */
export function visitRefusal(url: URL, endpoint: URL): string | null {
  const plain = url.protocol === 'http:' && endpoint.protocol === 'http:'
  if (url.protocol !== 'https:' && !plain) return 'it is not https'
  if (url.username !== '' || url.password !== '') return 'it contains a login'
  if (url.host !== endpoint.host && isInternal(url.hostname)) return 'it is an internal address'
  return null
}

/** Registries that use another site's accounts: dhi.io accepts Docker accounts (Docker's documentation). */
const SAME_ACCOUNTS: Record<string, string> = { 'dhi.io': DOCKER_HUB }

/**
 * Whether a stored credential of `registry` can be sent to this token realm: the registry's own origin, https on the same registrable
 * domain (public suffix list), or a site known to share its accounts. Otherwise the token is requested without it.
 */
export function mayReceiveCredential(realm: URL, endpoint: URL, registry: string): boolean {
  if (realm.origin === endpoint.origin) return true
  if (realm.protocol !== 'https:') return false
  const site = siteOf(realm.hostname)
  if (site === null) return false
  const own = [siteOf(endpoint.hostname), siteOf(withoutPort(registry))]
  return own.some(name => name !== null && (name === site || SAME_ACCOUNTS[name] === site))
}

/** The registrable domain; null for addresses and single labels, which have none. */
function siteOf(hostname: string): string | null {
  return isLoopback(hostname) ? null : getDomain(hostname, { allowPrivateDomains: true })
}
