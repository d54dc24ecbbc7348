/** The registries of one run, for other rooms: where each is reached, over one set of connections. */

import type { Clock } from '../clock.ts'
import { canonicalRegistry, DOCKER_HUB } from '../image/docker-hub.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { type EndpointOverrides, endpointOf } from './endpoints.ts'
import { HUB_API_HOST, HubApi } from './hub-api.ts'
import { isInternal } from './network-rules.ts'
import { Registry } from './registry.ts'

/** The run that asks. */
export type AskingRun = Pick<ConnectionOptions, 'env' | 'clock' | 'signal'> & {
  /** pullguard's own, for the User-Agent. */
  version: string
}

/** How it asks, if not as usual. */
export type AskingOptions = Pick<ConnectionOptions, 'timeoutMs' | 'ownAuthority' | 'dispatcher'>

/** All registries of one run, over one set of pooled connections. */
export class Registries {
  /** The clock of the connections. */
  readonly clock: Clock
  readonly #connection: Connection
  readonly #endpoints: EndpointOverrides
  readonly #open = new Map<string, Registry>()

  /** Sends no request yet. The caller closes the connections. */
  constructor(
    endpoints: EndpointOverrides,
    { env, version, clock, signal }: AskingRun,
    options: AskingOptions = {},
  ) {
    const userAgent = `pullguard/${version}`
    this.clock = clock
    this.#connection = new Connection({ env, userAgent, clock, ...(signal && { signal }), ...options })
    this.#endpoints = endpoints
  }

  /** The registry with that name, as in references. @throws UsageError if it is not a host */
  of(name: string): Registry {
    const key = canonicalRegistry(name)
    const registry =
      this.#open.get(key) ?? new Registry(key, endpointOf(key, this.#endpoints), this.#connection)
    this.#open.set(key, registry)
    return registry
  }

  /**
   * A mirror of that registry at its own URL, which `--registry-endpoint` can override by the mirror's host. It is queried as nodes query
   * it: with the registry's name in the query parameter `ns`.
   */
  mirror(url: URL, upstream: string): Registry {
    const endpoint = this.#endpoints.get(canonicalRegistry(url.host)) ?? url
    return new Registry(url.host, endpoint, this.#connection, `?ns=${encodeURIComponent(upstream)}`)
  }

  /** Whether the name is an address in this machine's own network without an endpoint override. @throws UsageError if it is not a host */
  isInternal(name: string): boolean {
    const key = canonicalRegistry(name)
    return !this.#endpoints.has(key) && isInternal(endpointOf(key, this.#endpoints).hostname)
  }

  /** Docker Hub's web API; null if `--registry-endpoint` replaces Docker Hub but not its API, which doesn't know that server's images. */
  hubApi(): HubApi | null {
    const replaced = this.#endpoints.has(DOCKER_HUB) && !this.#endpoints.has(HUB_API_HOST)
    return replaced ? null : new HubApi(this.#connection, endpointOf(HUB_API_HOST, this.#endpoints))
  }

  /** Waits for pending requests and closes the connections. */
  close(): Promise<void> {
    return this.#connection.close()
  }
}
