/** A request that failed, and how. */

import { UnreachableError } from '../../errors.ts'

/** A request the API server refused or that never got an answer. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** HTTP status; 0 if no answer came. */
  readonly status: number
  /** The Status object's reason (`Forbidden`, `NotFound`, `Conflict`, `Expired`…), or the system's error code (`ECONNREFUSED`). */
  readonly reason: string
  readonly method: string
  readonly path: string

  constructor(
    fields: { status: number; reason: string; message: string; method: string; path: string },
    cause?: unknown,
  ) {
    super(fields.message, cause === undefined ? undefined : { cause })
    this.status = fields.status
    this.reason = fields.reason
    this.method = fields.method
    this.path = fields.path
  }
}

/** Whether a request failed, as opposed to a bug, an abort, or a wrong use. */
export function isFailedRequest(error: unknown): error is ApiError | UnreachableError {
  return error instanceof ApiError || error instanceof UnreachableError
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** For errors that are handled only if they are a response of the API server. @throws any other error */
export function rethrowUnlessApiError(error: unknown): asserts error is ApiError {
  if (!(error instanceof ApiError)) throw error
}
