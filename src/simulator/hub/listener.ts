/** The socket in front of a registry: plain HTTP on loopback. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HubRequest, HubResponse } from './answers.ts'

export abstract class HubListener {
  #server: Server | undefined

  abstract handle(request: HubRequest): HubResponse

  /** Listens on 127.0.0.1; port 0 takes any free one. Rejects if the port is taken. */
  async listen(port = 0): Promise<void> {
    const server = createServer((request, response) => {
      void readRequest(request).then(read => {
        const { status, headers, body } = this.handle(read)
        response.writeHead(status, { 'content-length': String(body.length), ...headers }).end(body)
      })
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    this.#server = server
  }

  /** `http://127.0.0.1:15000`. Throws before listen(). */
  get url(): string {
    if (!this.#server) throw new Error('this registry does not listen yet')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

async function readRequest(request: IncomingMessage): Promise<HubRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`
  const url = new URL(request.url ?? '/', origin)
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: request.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks).toString(),
    ip: request.socket.remoteAddress ?? '127.0.0.1',
    origin,
  }
}
