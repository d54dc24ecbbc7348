/**
 * An authenticated connection to the cluster that kubeconfig, flags and environment name: pooled, with its TLS and its proxy, and with one
 * renewal of the login after a 401.
 */

import { createSecureContext } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { Clock } from '../../clock.ts'
import { publicAuthorities } from '../../network/authorities.ts'
import { isLoopbackForGo, proxyFor } from '../../network/proxy.ts'
import { unlessAborted } from '../../network/stop-waiting.ts'
import { SentSecrets } from '../../secrecy/known-secrets.ts'
import type { ConnectionOptions, Transport } from '../kubeconfig/connection-options.ts'
import { findTarget } from '../kubeconfig/find-target.ts'
import { impersonationHeaders } from '../kubeconfig/impersonation.ts'
import { serverUrl, type Trust, trustOf } from '../kubeconfig/server.ts'
import { type ClientCredential, hasSameCertificate } from '../login/client-credential.ts'
import { type CredentialSource, credentialSource } from '../login/credential-source.ts'
import { decoded } from './body.ts'
import type { Connection, HttpRequest, HttpResponse } from './connection.ts'
import { type Route, unreachable } from './unreachable.ts'

/**
 * Reads the kubeconfig and the certificates; nothing is sent, and no plugin runs, before the first request.
 * @param options its clock decides when a login has expired
 * @throws UsageError for a kubeconfig that is missing, malformed, or lacks what the flags name
 */
export async function openConnection(options: ConnectionOptions & { clock: Clock }): Promise<Connection> {
  const target = await findTarget(options)
  const { cluster, user } = target
  const server = serverUrl(cluster, user.clientCertificate !== null)
  const ending = new AbortController()
  // On this machine, compression costs more than it saves.
  const unpacked = isLoopbackForGo(server) || cluster.disableCompression
  return new PooledConnection({
    context: target.context,
    namespace: target.namespace,
    server,
    proxy: proxyFor(server, cluster.proxyUrl, options.env),
    trust: await trustOf(cluster, server),
    credentials: await credentialSource(target, server, { ...options, signal: ending.signal }),
    headers: {
      'user-agent': options.userAgent,
      ...(!unpacked && { 'accept-encoding': 'gzip' }),
      ...impersonationHeaders(user.impersonate),
    },
    ending,
    transport: options.transport,
  })
}

interface Parts {
  context: string | null
  namespace: string
  server: URL
  proxy: URL | null
  trust: Trust
  credentials: CredentialSource
  /** Sent with every request. */
  headers: Record<string, string | string[]>
  /** Aborted when the connection is closed. */
  ending: AbortController
  /** Instead of a pool. */
  transport: Transport | undefined
}

type Answer = Dispatcher.ResponseData

class PooledConnection implements Connection {
  readonly context: string | null
  readonly server: string
  readonly namespace: string
  readonly #parts: Parts
  readonly #route: Route
  /** Path prefix of the server's URL, for clusters that share a host. */
  readonly #prefix: string
  #pendingLogins = 0
  readonly #sentSecrets = new SentSecrets()
  /** For the newest client certificate: exec plugins may return a different one. */
  #pool: { credential: ClientCredential; dispatcher: Transport } | null = null

  constructor(parts: Parts) {
    const { server, proxy } = parts
    this.#prefix = server.pathname.replace(/\/+$/, '')
    this.context = parts.context
    this.namespace = parts.namespace
    this.server = server.origin + this.#prefix
    this.#parts = parts
    if (proxy !== null) this.#sentSecrets.addPasswordOf(proxy)
    this.#route = { server: this.server, proxy: proxy?.host ?? null }
  }

  get loggingIn(): boolean {
    return this.#pendingLogins > 0
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { credentials } = this.#parts
    const credential = await this.#login(credentials.current(), request)
    const answer = await this.#sent(request, credential)
    if (answer.statusCode !== 401) return response(answer)
    const fresh = await this.#login(credentials.renewed(credential), request)
    if (fresh === null) return response(answer)
    await answer.body.dump()
    return response(await this.#sent(request, fresh))
  }

  async #login<T>(login: Promise<T>, { signal }: HttpRequest): Promise<T> {
    this.#pendingLogins++
    const onEnd = () => this.#pendingLogins--
    login.then(onEnd, onEnd)
    // A login may take minutes; an aborted request does not wait for it.
    return unlessAborted(login, signal)
  }

  async #sent(request: HttpRequest, credential: ClientCredential): Promise<Answer> {
    try {
      return await this.#once(request, credential)
    } catch (error) {
      request.signal?.throwIfAborted()
      throw unreachable(error, this.#route)
    }
  }

  #once(request: HttpRequest, credential: ClientCredential): Promise<Answer> {
    const { method, path, body, signal } = request
    const { authorization } = credential
    this.#sentSecrets.addLogin(authorization)
    const own = {
      ...this.#parts.headers,
      ...(authorization !== null && { authorization: authorization.reveal() }),
    }
    return this.#poolWith(credential).request({
      origin: this.#parts.server.origin,
      path: this.#prefix + path,
      method,
      headers: { ...request.headers, ...own },
      // undici closes the connection after a DELETE with a body unless told not to; API servers read that body, as client-go sends one.
      ...(body !== undefined && { body, reset: false }),
      ...(signal && { signal }),
    })
  }

  #poolWith(credential: ClientCredential): Transport {
    const held = this.#pool
    if (held !== null && hasSameCertificate(held.credential, credential)) return held.dispatcher
    // Requests in flight keep the old pool until they end.
    void held?.dispatcher.close()
    const { transport, trust, proxy } = this.#parts
    const dispatcher = transport ?? poolFor(trust, credential, proxy)
    this.#pool = { credential, dispatcher }
    return dispatcher
  }

  redact(text: string): string {
    return this.#sentSecrets.removeFrom(text)
  }

  async close(): Promise<void> {
    this.#parts.ending.abort()
    await this.#pool?.dispatcher.destroy()
  }
}

function response({ statusCode, headers, body }: Answer): HttpResponse {
  return { status: statusCode, headers, body: decoded(body, headers['content-encoding']) }
}

/** In milliseconds. The API server's own limit for a request other than a watch is 60 s. */
const SILENCE = 90_000
const CONNECT_TIMEOUT = 10_000
const POOL = {
  // Reads are limited elsewhere. A watch keeps its connection as long as it runs.
  connections: 64,
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 30_000,
  headersTimeout: SILENCE,
  bodyTimeout: SILENCE,
}

/** Creates a pool that presents this client certificate to the server; `proxy` is null for direct connections. */
function poolFor(trust: Trust, { certificate, key }: ClientCredential, proxy: URL | null): Dispatcher {
  const shown = certificate !== null && key !== null ? { cert: certificate, key: key.reveal() } : {}
  const { ca, ...checks } = trust
  // Created once: reading hundreds of public authorities again for each connection takes longer than a request.
  const secureContext = createSecureContext({ ...(ca !== undefined && { ca }), ...shown })
  const tls = { ...checks, secureContext, timeout: CONNECT_TIMEOUT, allowH2: false }
  if (proxy === null) return new Agent({ ...POOL, connect: tls })
  return new ProxyAgent({
    ...POOL,
    uri: proxy.href,
    requestTls: tls,
    connectTimeout: CONNECT_TIMEOUT,
    ...(proxy.protocol === 'https:' && { proxyTls: { ca: publicAuthorities(), timeout: CONNECT_TIMEOUT } }),
  })
}
