/** Reads a response body, decompressed and within the request's timeout; a truncated body is an error. */

import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { HttpResponse } from './connection.ts'
import type { Deadline } from './deadline.ts'

/** The response's body broke off: the connection did, or the compressed data. */
export class CutOff extends Error {
  override name = 'CutOff'
}

/** Yields the body's chunks; destroys it if the caller stops early. @throws CutOff if it breaks off; the deadline's reason if time is up */
export async function* chunksOf({ body }: HttpResponse, deadline: Deadline): AsyncGenerator<Uint8Array> {
  const { signal } = deadline
  // Not one race per chunk: a big list has thousands of them.
  const stop = () => body.destroy()
  let ended = false
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    for await (const chunk of body) yield chunk
    ended = true
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw new CutOff('The body broke off', { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
    if (!ended) body.destroy()
  }
}

const LONGEST_ERROR = 1024 * 1024

/** The body of an error response. Anything after the first megabyte, or after a cutoff, is ignored. */
export async function errorBodyOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of chunks) {
      all.push(chunk)
      length += chunk.length
      if (length > LONGEST_ERROR) break
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
  }
  return Buffer.concat(all)
}

/** The decompressed body; errors of either stream end the iteration with that error. */
export function decoded(body: Readable, encoding: string | string[] | undefined): HttpResponse['body'] {
  // pipeline needs a callback, but its error is not used: iterating over the last stream throws it.
  const stream = encoding === 'gzip' ? pipeline(body, createGunzip(), () => {}) : body
  return { [Symbol.asyncIterator]: () => joined(stream), destroy: () => stream.destroy() }
}

/** Joins what arrives in one turn of the event loop: an API server sends a large list in pieces of a few kilobytes, and each chunk costs time. */
async function* joined(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk
    await new Promise(setImmediate)
  }
}
