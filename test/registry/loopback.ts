/** A registry on loopback that a test scripts request by request, and what a client needs to reach it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { givenCredential } from '../../src/commands/fix/given-credential.ts'
import { type AskingOptions, type AskingRun, Registries } from '../../src/registry/client.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'

export const CANARY = 'c4n4ry-p4ssw0rd'
export const TOKEN = 'c4n4ry-t0ken'
export const jane = givenCredential('docker.io', 'jane', new Redacted(CANARY))
export const BASIC = `Basic ${Buffer.from(`jane:${CANARY}`).toString('base64')}`

interface Seen {
  /** `HEAD /v2/…`. */
  line: string
  authorization: string | undefined
  body: string
}
export type Answer = { status?: number; headers?: Record<string, string | string[]>; body?: unknown }
export type Script = (request: Seen, url: URL) => Answer | null

/** Starts it; `null` from the script cuts the connection. All requests are in `seen`. */
export async function serve(script: Script) {
  const seen: Seen[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { authorization } = request.headers
    const asked = {
      line: `${request.method} ${request.url}`,
      authorization,
      body: Buffer.concat(chunks).toString(),
    }
    seen.push(asked)
    const answer = script(asked, new URL(request.url ?? '/', origin))
    if (answer === null) return void request.socket.destroy()
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '')
    response.writeHead(answer.status ?? 200, answer.headers).end(request.method === 'HEAD' ? undefined : text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const origin = `http://${host}`
  return { origin, host, seen, lines: () => seen.map(({ line }) => line) }
}

/** Registries whose named hosts are served by those origins. */
export function registriesAt(origins: Record<string, string>, more: Partial<AskingRun> & AskingOptions = {}) {
  const endpoints = new Map(Object.entries(origins).map(([name, origin]) => [name, new URL(origin)]))
  const registries = new Registries(
    endpoints,
    { env: {}, clock: systemClock, version: 'test', ...more },
    more,
  )
  onTestFinished(() => registries.close())
  return registries
}

export const bearer = (origin: string, more = '') => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="${origin}/token",service="registry.docker.io"${more}` },
})
export const image = (repository: string, registry = 'docker.io') => ({
  registry,
  repository,
  tag: '1' as string | null,
  digest: null as string | null,
})
