/** Says in one clause what came of asking a registry, for the reasons that a plan carries. */

import type { RegistryProblem } from './outcome.ts'

/** Why there is no answer about an image. Names hosts and error codes, never a secret. */
export function problemText(outcome: { status: 'not-found' } | RegistryProblem): string {
  switch (outcome.status) {
    case 'not-found':
      return 'the registry has no such image'
    case 'denied':
      return 'the registry denies access to it, or has no such repository'
    case 'wrong-credential':
      return 'the registry refused the login'
    case 'rate-limited':
      return `the registry takes no more requests for now${waiting(outcome.retryAfterSeconds)}`
    case 'unreachable':
      return `the registry can't be reached (${outcome.detail})`
    case 'server-error':
      return outcome.detail
  }
}

function waiting(seconds: number | null): string {
  return seconds === null ? '' : ` (retry after ${seconds} s)`
}
