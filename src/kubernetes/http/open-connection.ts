/**
 * An authenticated connection to the cluster that kubeconfig, flags and environment name: pooled, with its TLS and its proxy, and with one
 * renewal of the login after a 401.
 */

import { createSecureContext } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { Clock } from '../../clock.ts'
import { UsageError } from '../../errors.ts'
import { publicAuthorities } from '../../network/authorities.ts'
import { isLoopback, proxyFor } from '../../network/proxy.ts'
import { unlessAborted } from '../../network/unless-aborted.ts'
import type { Redacted } from '../../secrecy/redacted.ts'
import type { ConnectionOptions } from '../kubeconfig/connection-options.ts'
import { findTarget } from '../kubeconfig/find-target.ts'
import { pemText } from '../kubeconfig/pem-source.ts'
import { isPlainHttp, serverUrl } from '../kubeconfig/server-url.ts'
import type { Cluster } from '../kubeconfig/target.ts'
import {
  type ClientCredential,
  type CredentialSource,
  hasSameCertificate,
  impersonationHeaders,
} from '../login/client-credential.ts'
import { credentialSource } from '../login/credential-source.ts'
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
  const unpacked = isLoopback(server) || cluster.disableCompression
  return new PooledConnection({
    context: target.context,
    namespace: target.namespace,
    server,
    proxy: proxyFor(server, cluster.proxyUrl, options.env),
    trust: await trustOf(cluster, server),
    credentials: await credentialSource(target, server, options, options.clock, ending.signal),
    headers: {
      'user-agent': options.userAgent,
      ...(!unpacked && { 'accept-encoding': 'gzip' }),
      ...impersonationHeaders(user.impersonate),
    },
    ending,
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
  #pool: { credential: ClientCredential; dispatcher: Dispatcher } | null = null

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

  #poolWith(credential: ClientCredential): Dispatcher {
    const held = this.#pool
    if (held !== null && hasSameCertificate(held.credential, credential)) return held.dispatcher
    // Requests in flight keep the old pool until they end.
    void held?.dispatcher.close()
    const dispatcher = poolFor(this.#parts.trust, credential, this.#parts.proxy)
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

/** The secrets that were sent to the server or a proxy, which may repeat them in a response. */
class SentSecrets {
  readonly #texts = new Set<string>()

  /** The password in a proxy's URL, as written and as sent. */
  addPasswordOf({ password }: URL): void {
    this.#add(password)
    try {
      this.#add(decodeURIComponent(password))
    } catch {
      // It contains a stray %, so it is sent unchanged.
    }
  }

  /** An Authorization header: `Bearer TOKEN`, or `Basic` and the base64 of `user:password`. */
  addLogin(authorization: Redacted | null): void {
    const [scheme = '', secret = ''] = authorization?.reveal().split(' ') ?? []
    this.#add(secret)
    if (/^basic$/i.test(scheme)) {
      const login = Buffer.from(secret, 'base64').toString('utf8')
      this.#add(login.slice(login.indexOf(':') + 1))
    }
  }

  /** Returns the text without any of them. */
  removeFrom(text: string): string {
    const longestFirst = [...this.#texts].sort((one, other) => other.length - one.length)
    return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  }

  /** A shorter text is likely an ordinary word, and removing it would damage other texts. */
  #add(secret: string): void {
    if (secret.length >= 4) this.#texts.add(secret)
  }
}

/** What a server must present to be trusted, as options of Node's TLS. */
interface Trust {
  /** PEM; absent if nothing is verified. */
  ca?: string | string[]
  servername?: string
  rejectUnauthorized: boolean
}

/** @throws UsageError if the certificate authority can't be read */
async function trustOf(cluster: Cluster, server: URL): Promise<Trust> {
  const servername = cluster.tlsServerName === '' ? {} : { servername: cluster.tlsServerName }
  if (isPlainHttp(server) || cluster.insecureSkipTlsVerify) {
    return { ...servername, rejectUnauthorized: false }
  }
  const authority = cluster.certificateAuthority
  const own = (await pemText(authority, 'certificate authority'))?.reveal() ?? null
  // Node treats text without a certificate as an empty list and then trusts no server.
  if (own !== null && !/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(own)) {
    const place = authority !== null && 'file' in authority ? authority.file : 'in the kubeconfig'
    throw new UsageError(`The certificate authority ${place} contains no PEM certificate: correct it`)
  }
  return { ...servername, ca: own ?? publicAuthorities(), rejectUnauthorized: true }
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
