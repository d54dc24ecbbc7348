/** Undoes gzip in an answer's body. */

import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** The body as it was before it was packed; errors on either side end the iteration with them. */
export function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  if (encoding !== 'gzip') return body
  // The callback is needed, not its error: the iteration of the last stream throws it.
  return pipeline(body, createGunzip(), () => {})
}
