/** The kube-apiserver subset: HTTPS on loopback, bearer tokens, a request log, and faults on demand. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Cluster } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { type Answer, answerOf, type IncomingCall } from './answer.ts'
import { processCertificate } from './certificate.ts'
import { type Fault, Faults, faultAnswer } from './faults.ts'
import { jsonFromProtobuf } from './protobuf.ts'
import { Reader } from './reading.ts'
import { send, sendHalf } from './sending.ts'
import { Users } from './users.ts'
import { Watching } from './watching.ts'

export interface LoggedRequest {
  method: string
  /** Without the query. */
  path: string
  query: string
  /** Empty until the token has been checked; `system:anonymous` without a token. */
  user: string
  userAgent: string
  /** 0 until the response is complete, and if the connection was cut. */
  status: number
}

/** The result of a request. */
interface Reply {
  /** Undefined if there is no body, or if it is streamed. */
  answer: Answer | undefined
  arrives: 'whole' | 'half' | 'late' | 'not'
}

export class ApiServer {
  readonly cluster: Cluster
  readonly users = new Users()
  readonly faults = new Faults()
  readonly requests: LoggedRequest[] = []
  /** From now on, every response has a Warning header for each of these. */
  readonly warnings: string[] = []
  readonly reader: Reader
  readonly watching: Watching
  #listening: { server: Server; certificate: string } | undefined

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.reader = new Reader(cluster)
    this.watching = new Watching(cluster)
  }

  /** Listens on 127.0.0.1; port 0 takes any free one. Rejects if the port is taken. */
  async listen(port = 0): Promise<void> {
    const { certificate, key } = await processCertificate()
    const server = createServer({ cert: certificate, key })
    server.on('request', (request, response) => void this.#serve(request, response))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    this.#listening = { server, certificate }
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#open.server.address() as AddressInfo).port}`
  }

  /** PEM. */
  get certificate(): string {
    return this.#open.certificate
  }

  async close(): Promise<void> {
    const { server } = this.#open
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }

  get #open() {
    if (!this.#listening) throw new Error('the server does not listen yet')
    return this.#listening
  }

  /** Handles a request, however it arrived. `response` is for a watch, which streams. */
  async reply(call: IncomingCall, response: ServerResponse): Promise<Reply> {
    const entry: LoggedRequest = {
      method: call.method,
      path: call.url.pathname,
      query: call.url.search.slice(1),
      user: '',
      userAgent: call.headers['user-agent'] ?? '',
      status: 0,
    }
    this.requests.push(entry)
    const fault = this.faults.take(entry)
    if (fault === 'reset') return { answer: undefined, arrives: 'not' }
    const isSlow = typeof fault === 'object' && 'slow' in fault
    if (isSlow) await new Promise(done => setTimeout(done, fault.slow))
    const answer = this.#answer(call, entry, response, fault)
    if (fault === 'lost-answer') return { answer: undefined, arrives: 'not' }
    if (answer) {
      entry.status = answer.code
      answer.headers.date = this.cluster.clock.httpDate()
      answer.warnings.push(...this.warnings)
    }
    return { answer, arrives: fault === 'truncated' ? 'half' : isSlow ? 'late' : 'whole' }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { answer, arrives } = await this.reply(await readCall(request), response)
    if (arrives === 'not') request.socket.destroy()
    else if (answer && arrives === 'half') sendHalf(request, response, answer)
    else if (answer) send(request, response, answer)
  }

  #answer(
    call: IncomingCall,
    entry: LoggedRequest,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Answer | undefined {
    const instead = fault === undefined ? undefined : faultAnswer(fault)
    if (instead) return fromRefusal(instead.refusal, instead.plain)
    try {
      return answerOf(this, call, entry, response)
    } catch (error) {
      if (error instanceof Refusal) return fromRefusal(error, false)
      const text = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`
      return fromRefusal(new Refusal(500, 'InternalError', text, {}), false)
    }
  }
}

const fromRefusal = (refusal: Refusal, plain: boolean): Answer => ({
  code: refusal.code,
  body: plain ? refusal.message : refusal.body,
  headers: refusal.headers,
  warnings: [],
})

async function readCall(request: IncomingMessage): Promise<IncomingCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const converted = jsonFromProtobuf(body)
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'https://127.0.0.1'),
    headers: {
      ...request.headers,
      ...(converted !== undefined && { 'content-type': 'application/json' }),
    },
    body: converted ?? body.toString(),
  }
}
