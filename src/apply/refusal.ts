/** Reads an API server's refusal: what it means for a change, and whether the change may have been written all the same. */

import { UnreachableError } from '../errors.ts'
import { ApiError } from '../kubernetes/api/api-error.ts'
import type { Change } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome, OutcomeStatus } from './outcome.ts'

/** An outcome of `change`. @param detail the server's own sentence, redacted */
export function outcomeOf(
  change: Change,
  status: OutcomeStatus,
  { reason = null, detail = null }: Why = {},
  written: { uid?: string; resourceVersion?: string } = {},
): Outcome {
  const { id, action, target } = change
  const { uid = null, resourceVersion = null } = written
  return { id, action, target, status, reason, detail, uid, resourceVersion }
}

/** The outcome of a request that failed and is known to have changed nothing. */
export function refusalOf(change: Change, error: unknown, context: ApplyContext): Outcome {
  return outcomeOf(change, statusOfRefusal(statusOf(error)), {
    detail: context.redact((error as Error).message),
  })
}

type Why = Partial<Pick<Outcome, 'reason' | 'detail'>>

/** What an HTTP error status means for a write. */
export function statusOfRefusal(status: number): OutcomeStatus {
  if ([400, 403, 413, 422].includes(status)) return 'refused'
  return [404, 409].includes(status) ? 'conflict' : 'failed'
}

/** Whether the write may have taken effect: there was no answer, or a server error. Only a read of the object can tell. */
export function isUncertain(error: unknown): boolean {
  const status = statusOf(error)
  return status >= 500 || status < 400
}

/** The error's HTTP status; 0 where no answer came. @throws the error itself where it is not a failed request but a bug or an abort */
export function statusOf(error: unknown): number {
  if (error instanceof ApiError) return error.status
  if (error instanceof UnreachableError) return 0
  throw error
}
