/** A minimal API server on loopback with TLS: it answers from a script and records the requests. */

import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { processCertificate } from '../../src/simulator/api-server/certificate.ts'

export interface Seen {
  method: string | undefined
  url: string | undefined
  /** Names in lower case with all their values, in order. */
  headers: Record<string, string[]>
  /** Common name of the client's certificate; null without a certificate. */
  client: string | null
  body: string
  /** The client's port: requests over one connection share it. */
  clientPort: number | undefined
}

export interface ScriptedAnswer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface ScriptedServer extends AsyncDisposable {
  url: string
  port: number
  /** PEM. */
  ca: string
  seen: Seen[]
}

/** Serves on 127.0.0.1 until disposed. */
export async function serveTls(
  script: (request: Seen) => ScriptedAnswer = () => ({ body: '{}' }),
  options: ServerOptions = {},
): Promise<ScriptedServer> {
  const own = await processCertificate()
  const seen: Seen[] = []
  const tls = {
    key: own.key,
    cert: own.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    ...options,
  }
  const server = createServer(tls, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const shown = (request.socket as TLSSocket).getPeerCertificate()
    const asked: Seen = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(Object.entries(request.headersDistinct).map(([k, v]) => [k, v ?? []])),
      client: [shown.subject?.CN ?? []].flat()[0] ?? null,
      body: Buffer.concat(chunks).toString(),
      clientPort: request.socket.remotePort,
    }
    seen.push(asked)
    const { status = 200, headers = {}, body = '' } = script(asked)
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca: own.certificate,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
