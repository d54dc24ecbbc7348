/** Turns a failed request into one sentence: which server, what happened, what to check. */

import { UnreachableError } from '../errors.ts'

/** @param error what the HTTP client threw; only its code is used, since messages may quote what was sent */
export function unreachable(error: unknown, server: string): UnreachableError {
  return new UnreachableError(`The API server ${server} did not answer: ${codeOf(error)}`, { cause: error })
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return 'unknown failure'
}
