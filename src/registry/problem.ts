/** Turns the HTTP status of a registry or token server into a problem, and a problem into one clause for the reasons in a plan. */

import { retryAfter } from '../network/retry-after.ts'
import type { RegistryAnswer } from './connection.ts'
import type { RegistryProblem } from './outcome.ts'

/** Any status but success and 404. `who` leads the detail: `registry` or `token server`. */
export function problemOf(answer: RegistryAnswer, who: string): RegistryProblem {
  return statusProblem(answer, `${who} ${answer.url.host}`)
}

/** Whether HTML was sent, in place of a registry's answer. */
export function isWebPage({ headers }: Pick<RegistryAnswer, 'headers'>): boolean {
  return /\bhtml\b/i.test([headers['content-type'] ?? ''].flat().join())
}

/** The same for an answer of which only this is known. @param name leads the detail */
export function statusProblem(
  { status, headers, at }: Pick<RegistryAnswer, 'status' | 'headers' | 'at'>,
  name: string,
): RegistryProblem {
  if (status === 401 || status === 403) {
    const denied = { status: 'denied', httpStatus: status } as const
    const challenge = [headers['www-authenticate'] ?? ''].flat().join()
    return challenge.includes('insufficient_scope') ? { ...denied, lacksScope: true } : denied
  }
  if (status === 429) {
    const wait = retryAfter(headers['retry-after'], at)
    return { status: 'rate-limited', retryAfterSeconds: wait === null ? null : Math.ceil(wait / 1000) }
  }
  return { status: 'server-error', httpStatus: status, detail: `${name} answered ${status}` }
}

/** Why there is no answer about an image. Names hosts and error codes, never a secret. */
export function problemText(outcome: { status: 'not-found' } | RegistryProblem): string {
  switch (outcome.status) {
    case 'not-found':
      return 'the registry has no such image'
    case 'denied':
      return 'the registry denies access to it, or has no such repository'
    case 'wrong-credential':
      return 'the registry refused the login'
    case 'rate-limited': {
      const retry = retryText(outcome.retryAfterSeconds)
      return `the registry takes no more requests for now${retry && ` (${retry})`}`
    }
    case 'unreachable':
      return `the registry can't be reached (${outcome.detail})`
    case 'server-error':
      return outcome.detail
  }
}

/** When a registry that limits requests can be asked again; empty if it does not say. */
export function retryText(seconds: number | null): string {
  return seconds === null ? '' : `retry after ${seconds} s`
}
