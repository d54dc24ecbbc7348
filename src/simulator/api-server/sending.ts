/** Puts an answer on the wire: JSON or text, gzip for large bodies, Warning headers; or half of it. */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Answer } from './answer.ts'
import { protobufFromJson } from './protobuf.ts'
import { prefersProtobuf } from './representation.ts'

/** The API server compresses bodies from 128 KiB on. */
const COMPRESS_FROM = 128 * 1024

function encode(
  request: IncomingMessage,
  answer: Answer,
): { body: Buffer; headers: Record<string, string | number | string[]> } {
  const [plain, type] = formOf(request, answer.body)
  const accepts = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
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

/** The body's bytes and their type. What has no protobuf is sent as JSON, whatever was asked for. */
function formOf(request: IncomingMessage, body: object | string): [bytes: Buffer, type: string] {
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain; charset=utf-8']
  const protobuf = prefersProtobuf(request.headers.accept) ? protobufFromJson(body) : undefined
  if (protobuf) return [protobuf, 'application/vnd.kubernetes.protobuf']
  return [Buffer.from(`${JSON.stringify(body)}\n`), 'application/json']
}

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { body, headers } = encode(request, answer)
  response.writeHead(answer.code, headers).end(body)
}

/** Promises the whole body, sends half of it and hangs up. */
export function sendHalf(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { body, headers } = encode(request, answer)
  response.writeHead(answer.code, headers)
  response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy())
}
