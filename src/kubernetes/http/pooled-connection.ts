/** Sends requests to one API server: pooled connections, credentials, one renewal after a 401. */

import type { Dispatcher } from 'undici'
import {
  type ClientCredential,
  type CredentialSource,
  hasSameCertificate,
} from '../login/client-credential.ts'
import { decoded } from './body.ts'
import type { Connection, HttpRequest, HttpResponse } from './connection.ts'
import { SentSecrets } from './sent-secrets.ts'
import { poolFor, type Trust } from './transport.ts'
import { unreachable, type Way } from './unreachable.ts'

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

export class PooledConnection implements Connection {
  readonly context: string | null
  readonly server: string
  readonly namespace: string
  readonly #parts: Parts
  readonly #way: Way
  /** What stands before API paths, where clusters share a host. */
  readonly #prefix: string
  #logins = 0
  readonly #sentSecrets = new SentSecrets()
  /** With the newest client certificate: exec plugins may bring another. */
  #pool: { credential: ClientCredential; dispatcher: Dispatcher } | null = null

  constructor(parts: Parts) {
    const { server, proxy } = parts
    this.#prefix = server.pathname.replace(/\/+$/, '')
    this.context = parts.context
    this.namespace = parts.namespace
    this.server = server.origin + this.#prefix
    this.#parts = parts
    if (proxy !== null) this.#sentSecrets.addPasswordOf(proxy)
    this.#way = { server: this.server, proxy: proxy?.host ?? null }
  }

  get loggingIn(): boolean {
    return this.#logins > 0
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
    this.#logins++
    const over = () => this.#logins--
    login.then(over, over)
    return unlessAborted(login, signal)
  }

  async #sent(request: HttpRequest, credential: ClientCredential): Promise<Answer> {
    try {
      return await this.#once(request, credential)
    } catch (error) {
      request.signal?.throwIfAborted()
      throw unreachable(error, this.#way)
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
    // Requests under way keep the old pool until they have ended.
    void held?.dispatcher.close()
    const dispatcher = poolFor(this.#parts.trust, credential, this.#parts.proxy)
    this.#pool = { credential, dispatcher }
    return dispatcher
  }

  withoutSecrets(text: string): string {
    return this.#sentSecrets.takenOutOf(text)
  }

  async close(): Promise<void> {
    this.#parts.ending.abort()
    await this.#pool?.dispatcher.destroy()
  }
}

function response({ statusCode, headers, body }: Answer): HttpResponse {
  return { status: statusCode, headers, body: decoded(body, headers['content-encoding']) }
}

/** A login may take minutes; who aborts the request does not wait for it. */
async function unlessAborted<T>(login: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return login
  signal.throwIfAborted()
  const stop = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: stop.signal })
  })
  return Promise.race([login, aborted]).finally(() => stop.abort())
}
