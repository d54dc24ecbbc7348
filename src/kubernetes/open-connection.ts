/** Opens an authenticated connection to the cluster that kubeconfig, flags and environment name. */

import type { Dispatcher } from 'undici'
import type { Connection, HttpRequest, HttpResponse } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Credential, CredentialSource } from './credentials/credential.ts'
import { credentialSource } from './credentials/source.ts'
import { decoded } from './decoded.ts'
import { impersonationHeaders } from './impersonation.ts'
import { findTarget } from './kubeconfig/find-target.ts'
import type { Target } from './kubeconfig/target.ts'
import { isLoopback, serverUrl } from './server-url.ts'
import { poolFor, type Trust, trustOf } from './transport.ts'
import { unreachable } from './unreachable.ts'

/**
 * Reads the kubeconfig and the certificates; nothing is sent yet.
 * @throws UsageError for a kubeconfig that is missing, malformed, or does not have what the flags name
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const target = await findTarget(options)
  const server = serverUrl(target.cluster, target.user.clientCertificate !== null)
  const [trust, credentials] = await Promise.all([
    trustOf(target.cluster, server),
    credentialSource(target, server),
  ])
  return new PooledConnection(target, server, trust, credentials, options)
}

class PooledConnection implements Connection {
  readonly context: string | null
  readonly server: string
  readonly namespace: string
  readonly #server: URL
  readonly #prefix: string
  readonly #trust: Trust
  readonly #credentials: CredentialSource
  readonly #headers: Record<string, string | string[]>
  /** The newest client certificate's pool; exec plugins renew certificates. */
  #pool: { credential: Credential; dispatcher: Dispatcher } | null = null

  constructor(
    target: Target,
    server: URL,
    trust: Trust,
    credentials: CredentialSource,
    options: ConnectionOptions,
  ) {
    this.context = target.context
    this.server = target.cluster.server
    this.namespace = target.namespace
    this.#server = server
    this.#prefix = server.pathname.replace(/\/+$/, '')
    this.#trust = trust
    this.#credentials = credentials
    const plain = isLoopback(server) || target.cluster.disableCompression
    this.#headers = {
      'user-agent': options.userAgent,
      // On this machine packing costs more than it saves.
      ...(plain ? {} : { 'accept-encoding': 'gzip' }),
      ...impersonationHeaders(target.user.impersonate),
    }
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const credential = await this.#credentials.current()
    const answer = await this.#once(request, credential)
    if (answer.statusCode !== 401) return response(answer)
    const fresh = await this.#credentials.renewed(credential)
    if (fresh === null) return response(answer)
    await answer.body.dump()
    return response(await this.#once(request, fresh))
  }

  async #once(request: HttpRequest, credential: Credential): Promise<Dispatcher.ResponseData> {
    const { method, path, headers, body, signal } = request
    const { authorization } = credential
    try {
      return await this.#poolWith(credential).request({
        origin: this.#server.origin,
        path: this.#prefix + path,
        method,
        headers: { ...this.#headers, ...headers, ...(authorization !== null && { authorization }) },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw unreachable(error, this.server)
    }
  }

  #poolWith(credential: Credential): Dispatcher {
    const held = this.#pool
    if (held?.credential.certificate === credential.certificate && held.credential.key === credential.key) {
      return held.dispatcher
    }
    // Requests under way keep the old pool until they have ended.
    void held?.dispatcher.close()
    const dispatcher = poolFor(this.#trust, credential)
    this.#pool = { credential, dispatcher }
    return dispatcher
  }

  async close(): Promise<void> {
    await this.#pool?.dispatcher.destroy()
  }
}

function response({ statusCode, headers, body }: Dispatcher.ResponseData): HttpResponse {
  return { status: statusCode, headers, body: decoded(body, headers['content-encoding']) }
}
