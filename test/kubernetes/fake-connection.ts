/** A connection without a network: it answers from a script and records the requests. */

import { type ClusterWriter, writerOver } from '../../src/kubernetes/api/writer.ts'
import type { Connection, HttpRequest, HttpResponse } from '../../src/kubernetes/http/connection.ts'
import { fakeClock } from './fake-clock.ts'

export interface ScriptedAnswer {
  status?: number
  headers?: HttpResponse['headers']
  /** An object is sent as JSON, a Buffer unchanged. */
  body?: unknown
  /** Thrown after the body; `stall` never ends the body. */
  breaks?: Error | 'stall'
}

type Script = (request: HttpRequest, index: number) => ScriptedAnswer | Error | 'silence'

/** What went over the connection, for tests to check. */
export interface FakeConnection extends Connection {
  asked: HttpRequest[]
  /** Bodies that were canceled before their end. */
  destroyed: number
}

const never = new Promise<never>(() => {})

/** Answers each request from `script`: throws its errors and, if it has no answer, stays silent until the request is aborted. */
export function fakeConnection(script: Script): FakeConnection {
  const connection: FakeConnection = {
    context: 'prod',
    server: 'https://api.example',
    namespace: 'web',
    loggingIn: false,
    asked: [],
    destroyed: 0,
    async send(request) {
      connection.asked.push(request)
      const answer = script(request, connection.asked.length - 1)
      if (answer instanceof Error) throw answer
      if (answer === 'silence') return never
      const { status = 200, headers = {}, body = '', breaks } = answer
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(text)
      const end = Promise.withResolvers<never>()
      end.promise.catch(() => {})
      let isDestroyed = false
      async function* chunks() {
        for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
        if (breaks === 'stall') await end.promise
        else if (breaks) throw breaks
      }
      const destroy = () => {
        if (!isDestroyed) connection.destroyed++
        isDestroyed = true
        end.reject(new Error('The body was destroyed'))
      }
      return { status, headers, body: Object.assign(chunks(), { destroy }) }
    },
    redact: text => text,
    close: async () => {},
  }
  return connection
}

/** A client on that connection whose waits take no time. */
export const writerOn = (connection: Connection): ClusterWriter =>
  writerOver(connection, { clock: fakeClock() })
