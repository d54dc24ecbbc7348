/** Determines the proxy for a request by the rules of Go's httpproxy, which kubectl and docker follow. */

import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { UsageError } from '../errors.ts'

type Env = Record<string, string | undefined>

/**
 * The cluster entry's proxy-url, else HTTPS_PROXY (HTTP_PROXY for an http server) unless NO_PROXY names the server. The environment's proxy
 * is never used for loopback; a proxy-url always is.
 * @returns null for a direct connection
 * @throws UsageError for a value that is not a proxy URL
 */
export function proxyFor(server: URL, proxyUrl: string, env: Env): URL | null {
  if (proxyUrl !== '') return proxyAt(proxyUrl, "the cluster's proxy-url")
  return isDirect(server, env) ? null : environmentProxy(server.protocol, env)
}

/** Whether NO_PROXY or the loopback rule excludes this server from the environment's proxy. */
export function isDirect(server: URL, env: Env): boolean {
  return isLoopbackForGo(server) || isExempt(server, setting(env, 'NO_PROXY'))
}

/**
 * The environment's proxy for servers of that protocol, or null.
 * @throws UsageError for a value that is not a proxy URL
 */
export function environmentProxy(protocol: string, env: Env): URL | null {
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = setting(env, name)
  if (value === '') return null
  return proxyAt(/^[a-z0-9+.-]+:\/\//i.test(value) ? value : `http://${value}`, name)
}

/** Upper case first, as in Go. */
const setting = (env: Env, name: string) => env[name] || env[name.toLowerCase()] || ''

function proxyAt(value: string, from: string): URL {
  // Go resolves names at the proxy with either scheme, and so does undici.
  const text = value.replace(/^socks5h:/i, 'socks5:')
  const url = URL.canParse(text) ? new URL(text) : null
  // Not the value: it may contain a password.
  if (url === null || !/^(https?|socks5):$/.test(url.protocol) || url.hostname === '') {
    throw new UsageError(`${from} is not a proxy URL: write http://, https://, or socks5:// and HOST:PORT`)
  }
  return url
}

function isExempt(server: URL, noProxy: string): boolean {
  const host = bare(server.hostname)
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  const rules = noProxy.split(',').map(rule => rule.trim().toLowerCase())
  return rules.some(rule => rule === '*' || (rule !== '' && exempts(rule, host, port)))
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')
const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * Whether one NO_PROXY rule exempts the host: `10.0.0.0/8`, `10.1.2.3:443`, `[::1]:443`, `example.com` with its subdomains, `.example.com`
 * and `*.example.com` without the domain itself.
 */
function exempts(rule: string, host: string, port: string): boolean {
  const [address = '', bits] = rule.split('/')
  if (bits !== undefined && isIP(address) !== 0)
    return isIP(host) !== 0 && inRange(host, address, Number(bits))
  const [, named, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(rule) === 6 ? `[${rule}]` : rule) ?? []
  // As in Go, brackets are only for an address with a port.
  const name = onlyPort === undefined && rule.startsWith('[') ? '' : bare(named ?? '')
  if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false
  if (isIP(name) !== 0) return isIP(host) !== 0 && inRange(host, name, isIP(name) === 6 ? 128 : 32)
  if (isIP(host) !== 0) return false
  const suffix = asciiName(name.replace(/^\*?\./, ''))
  return host.endsWith(`.${suffix}`) || (!/^\*?\./.test(name) && host === suffix)
}

/** `bücher.example` as the host of a URL has it; anything else unchanged. */
function asciiName(name: string): string {
  return /^[\w.-]*$/.test(name) || name.includes('/') ? name : domainToASCII(name) || name
}

function inRange(host: string, address: string, bits: number): boolean {
  const range = new BlockList()
  if (!Number.isInteger(bits) || bits < 0 || bits > (isIP(address) === 6 ? 128 : 32)) return false
  range.addSubnet(address, bits, familyOf(address))
  return range.check(host, familyOf(host))
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether the host is `localhost` or an address of this machine, as Go's HTTP client sees it. */
export function isLoopbackForGo(url: URL): boolean {
  const host = bare(url.hostname)
  return isIP(host) === 0 ? host === 'localhost' : LOOPBACK.check(host, familyOf(host))
}
