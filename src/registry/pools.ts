/** The connections to registries: direct, or through the environment's proxy. */

import { createSecureContext } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { publicAuthorities } from '../network/authorities.ts'
import { environmentProxy, isDirect } from '../network/proxy.ts'

type Env = Record<string, string | undefined>

/** PEM certificates trusted for one host only, in addition to the public ones. */
export interface OwnAuthority {
  /** With its port, if one was given. */
  host: string
  pem: string
}

/** In milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000

export class Pools {
  readonly #env: Env
  readonly #proxy: URL | null
  readonly #own: OwnAuthority | null
  readonly #open = new Map<string, Dispatcher>()

  /** @throws UsageError if HTTPS_PROXY is not a proxy URL */
  constructor(env: Env, own: OwnAuthority | null = null) {
    this.#own = own
    this.#env = env
    this.#proxy = environmentProxy('https:', env)
  }

  /** The proxy for that server; null for none. Plain http goes only to this machine or an explicit override, so it uses none. */
  proxyTo(url: URL): URL | null {
    return url.protocol === 'http:' || isDirect(url, this.#env) ? null : this.#proxy
  }

  to(url: URL): Dispatcher {
    const proxy = this.proxyTo(url)
    const way = url.protocol === 'http:' ? 'plain' : proxy === null ? 'direct' : 'proxied'
    const own = url.protocol === 'https:' && url.host === this.#own?.host ? this.#own.pem : null
    const key = own === null ? way : `${way}, own authority`
    const pool = this.#open.get(key) ?? poolFor(url, proxy, own)
    this.#open.set(key, pool)
    return pool
  }

  /** Waits for pending requests and closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(pool => pool.close()))
  }
}

function poolFor(url: URL, proxy: URL | null, own: string | null): Dispatcher {
  if (url.protocol === 'http:') return new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS } })
  const ca = [...publicAuthorities(), ...(own === null ? [] : [own])]
  const tls = { secureContext: createSecureContext({ ca }), timeout: CONNECT_TIMEOUT_MS }
  if (proxy === null) return new Agent({ connect: tls })
  return new ProxyAgent({
    uri: proxy.href,
    requestTls: tls,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(proxy.protocol === 'https:' && { proxyTls: tls }),
  })
}
