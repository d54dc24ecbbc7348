/** Reads a response body, decompressed and within the request's timeout; a truncated body is an error. */

import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { HttpResponse } from './connection.ts'
import type { Deadline } from './deadline.ts'

/** The answer's body broke off: the connection, or what was compressed in it. */
export class CutOff extends Error {
  override name = 'CutOff'
}

/** The body's chunks. @throws CutOff where it breaks off; the deadline's reason where it is over. Left early, it is destroyed. */
export async function* chunksOf({ body }: HttpResponse, deadline: Deadline): AsyncGenerator<Uint8Array> {
  const { signal } = deadline
  // Not a race for each chunk: a big list has thousands of them.
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

/** The body of an error's answer. What comes after the first megabyte, or is cut off, is not missed. */
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

/** The body as it was before it was packed; errors on either side end the iteration with them. */
export function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  if (encoding !== 'gzip') return body
  // The callback is needed, not its error: the iteration of the last stream throws it.
  return pipeline(body, createGunzip(), () => {})
}
