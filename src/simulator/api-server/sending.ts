/** Writes a response: JSON or text, gzip for large bodies, Warning headers; or half of it. */

import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Answer } from './answer.ts'
import { protobufFromJson } from './protobuf.ts'
import { prefersProtobuf } from './representation.ts'

/** The API server compresses bodies from 128 KiB on. */
const COMPRESS_FROM = 128 * 1024

export interface Encoded {
  body: Buffer
  headers: Record<string, string | number | string[]>
}

/** The response as sent to the client. @param asked the request's headers */
export function encode(asked: IncomingHttpHeaders, answer: Answer): Encoded {
  const [plain, type] = formOf(asked, answer.body)
  const accepts = /\bgzip\b/.test(String(asked['accept-encoding'] ?? ''))
  const compress = accepts && plain.length >= COMPRESS_FROM
  const body = compress ? gzipSync(plain, { level: 1 }) : plain
  return {
    body,
    headers: {
      'audit-id': randomUUID(),
      'cache-control': 'no-cache, private',
      'content-type': type,
      ...(compress && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }),
      ...(answer.warnings.length > 0 && {
        warning: answer.warnings.map(warning => `299 - ${JSON.stringify(warning)}`),
      }),
      ...answer.headers,
      'content-length': body.length,
    },
  }
}

/** The body's bytes and their media type. Anything without a protobuf form is sent as JSON. */
function formOf(asked: IncomingHttpHeaders, body: object | string): [bytes: Buffer, type: string] {
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain; charset=utf-8']
  const protobuf = prefersProtobuf(asked.accept) ? protobufFromJson(body) : undefined
  if (protobuf) return [protobuf, 'application/vnd.kubernetes.protobuf']
  return [Buffer.from(`${JSON.stringify(body)}\n`), 'application/json']
}

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { body, headers } = encode(request.headers, answer)
  response.writeHead(answer.code, headers).end(body)
}

/** Announces the whole body, sends half of it and closes the connection. */
export function sendHalf(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { body, headers } = encode(request.headers, answer)
  response.writeHead(answer.code, headers)
  response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy())
}
