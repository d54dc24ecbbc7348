/** A connection to the simulated API server, or what carries the program's own ones, without a network: the same requests, responses and faults. */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../src/clock.ts'
import type { ClusterReader } from '../../src/kubernetes/api/cluster.ts'
import { readerOver } from '../../src/kubernetes/api/reader.ts'
import { type ClusterWriter, writerOver } from '../../src/kubernetes/api/writer.ts'
import type { Connection, HttpRequest, HttpResponse } from '../../src/kubernetes/http/connection.ts'
import type { Transport } from '../../src/kubernetes/kubeconfig/connection-options.ts'
import { unlessAborted } from '../../src/network/stop-waiting.ts'
import { type Encoded, encode } from '../../src/simulator/api-server/sending.ts'
import type { ApiServer } from '../../src/simulator/api-server/server.ts'

export interface Way {
  user?: string
  /** The namespace of the kubeconfig's context. */
  namespace?: string
  /** After each page of a list, the server forgets the moment at which the list began. */
  isForgetful?: boolean
  /** Called before each request. It can throw to simulate a crash, or let another client write first. */
  before?(request: { method: string; path: string }): void
  /** The request is sent once this has resolved. */
  hold?(request: HttpRequest): Promise<void>
  /** Changes a request before it reaches the server. */
  onWay?(request: HttpRequest): HttpRequest
  /** Changes a response on its way back; undefined leaves it unchanged. */
  onWayBack?(request: HttpRequest, response: Encoded & { status: number }): Answered | undefined
}

interface Answered {
  status: number
  headers: HttpResponse['headers']
  body: Buffer
  /** Whether the connection breaks after the body. */
  isBroken?: boolean
}

const broken = (code: string) => Object.assign(new Error('no answer'), { code })
const reset = () => broken('UND_ERR_SOCKET')

/** Responses come in the order of the requests, one turn of the event loop later. */
function connectionTo(server: ApiServer, way: Way = {}): Connection {
  return {
    context: 'test',
    server: 'https://127.0.0.1',
    namespace: way.namespace ?? 'default',
    loggingIn: false,
    redact: text => text,
    close: async () => {},
    async send(asked) {
      const authorization = `Bearer ${server.users.named(way.user ?? 'admin').token}`
      const { response, arrives } = await exchanged(server, way, asked, { authorization })
      if (arrives === 'late') throw broken('UND_ERR_HEADERS_TIMEOUT')
      return response
    },
  }
}

/** Carries the program's own connections to that server, with their logins; a slow response is waited for. */
export function transportTo(server: ApiServer): Transport {
  const open = new Set<HttpResponse['body']>()
  const end = async () => {
    for (const body of open) body.destroy()
  }
  const request = async (options: Dispatcher.RequestOptions) => {
    if (options.origin !== server.url) throw broken('ECONNREFUSED')
    const { signal, ...asked } = options as unknown as HttpRequest
    const carried = exchanged(server, {}, { ...asked, ...(signal && { signal }) })
    const { status, headers, body } = (await unlessAborted(carried, signal)).response
    open.add(body)
    const stream = Readable.from(body, { objectMode: false })
    stream.once('close', () => {
      open.delete(body)
      body.destroy()
    })
    return {
      statusCode: status,
      headers,
      body: Object.assign(stream, { dump: async () => stream.destroy() }),
    }
  }
  return { request, close: end, destroy: end } as unknown as Transport
}

/** One request and its response, which the server can send late. */
async function exchanged(server: ApiServer, way: Way, asked: HttpRequest, own: Record<string, string> = {}) {
  await new Promise(setImmediate)
  await way.hold?.(asked)
  asked.signal?.throwIfAborted()
  const request = way.onWay?.(asked) ?? asked
  const url = new URL(request.path, 'https://127.0.0.1')
  if (way.isForgetful) server.reader.expireContinueTokens()
  way.before?.({ method: request.method, path: url.pathname })
  const given = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)])
  const headers = { ...Object.fromEntries(given), ...own }
  const { method, body = '' } = request
  const stream = new Stream(request.signal)
  const { answer, arrives } = await server.reply({ method, url, headers, body }, stream.response)
  if (stream.begun) return { response: { status: 200, headers: stream.headers, body: stream.body }, arrives }
  if (!answer) throw reset()
  const encoded = { status: answer.code, ...encode(headers, answer) }
  const back = way.onWayBack?.(request, encoded) ?? plain(encoded)
  return { response: arrives === 'half' ? half(back) : whole(back), arrives }
}

/** A watch's response, which continues until either side ends it. */
class Stream {
  begun = false
  headers: HttpResponse['headers'] = {}
  #chunks: Buffer[] = []
  #ended = false
  #closed: () => void = () => {}
  #wake: () => void = () => {}
  readonly #signal: AbortSignal | undefined

  constructor(signal?: AbortSignal) {
    this.#signal = signal
    signal?.addEventListener('abort', () => this.#end())
  }

  readonly response = {
    writeHead: (_status: number, headers: Record<string, string>) => {
      this.begun = true
      this.headers = headers
    },
    flushHeaders() {},
    write: (text: string) => this.#push(text),
    end: (text = '') => {
      if (text !== '') this.#push(text)
      this.#end()
    },
    on: (_name: string, call: () => void) => {
      this.#closed = call
    },
  } as unknown as ServerResponse

  get body(): HttpResponse['body'] {
    return Object.assign(this.#read(), { destroy: () => this.#end() })
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) yield chunk
      else if (this.#ended) break
      else
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
    }
    this.#signal?.throwIfAborted()
  }

  #push(text: string): void {
    this.#chunks.push(Buffer.from(text))
    this.#wake()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#closed()
    this.#wake()
  }
}

/** A reader over that connection, with that clock; by default, waiting takes no time. */
export const readerTo = (server: ApiServer, way: Way, clock: Clock = impatientClock()): ClusterReader =>
  readerOver(connectionTo(server, way), { clock })

/** A writer over that connection; waiting takes no time. */
export const writerTo = (server: ApiServer, way?: Way): ClusterWriter =>
  writerOver(connectionTo(server, way), { clock: impatientClock() })

/** A clock on which waiting takes no time, and nothing times out. */
function impatientClock(): Clock {
  let now = 0
  return {
    now: () => now,
    sleep: async milliseconds => {
      now += milliseconds
    },
    after: () => () => {},
  }
}

function plain({ status, headers, body }: Encoded & { status: number }): Answered {
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ])
  return { status, headers: Object.fromEntries(texts), body }
}

/** As much as fits into one TLS record. */
const CHUNK = 16 * 1024

function whole({ status, headers, body, isBroken }: Answered): HttpResponse {
  let isDestroyed = false
  const destroy = () => {
    isDestroyed = true
  }
  async function* chunks() {
    for (let at = 0; at < body.length && !isDestroyed; at += CHUNK) yield body.subarray(at, at + CHUNK)
    if (isBroken || isDestroyed) throw reset()
  }
  return { status, headers, body: Object.assign(chunks(), { destroy }) }
}

const half = (answered: Answered): HttpResponse =>
  whole({ ...answered, body: answered.body.subarray(0, answered.body.length >> 1), isBroken: true })
