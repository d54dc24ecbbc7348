/** What of a fix's scope could not be read. */

import { ApiError } from '../../kubernetes/api/api-error.ts'
import type { Gap } from '../../snapshot/snapshot.ts'

/** A list that could not be read. Anything but an answer of the API server is thrown on. */
export function gapOf(what: string, path: string, error: unknown): Gap {
  if (!(error instanceof ApiError) || error.status === 0) throw error
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? null
  return { what, namespace, why: error.status === 403 ? 'forbidden' : 'failed', detail: error.message }
}
