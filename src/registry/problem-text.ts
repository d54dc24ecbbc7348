/** Says in one clause what came of asking a registry, for errors and for the reasons that a plan carries. */

import type { Proof, RegistryProblem } from './outcome.ts'

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

/** Why a login was not proven, and what to do about it. `whose`: the account and where it comes from. */
export function failureText(
  proof: Extract<Proof, { proven: false }>,
  registry: string,
  repository: string | null,
  whose: string,
): string {
  const { why, detail } = proof
  switch (why) {
    case 'wrong-credential':
      return `${registry} refused the login of ${whose}: log in again with \`docker login\`, or give --username and --password-stdin`
    case 'no-access':
      return `the login of ${whose} does not open ${repository ?? 'it'} on ${registry}, or there is no such repository: use an account that may pull it`
    case 'withheld':
      return `${registry} takes logins at ${detail}, which is another site, so that of ${whose} was not sent there: leave this registry out with --registry`
    case 'not-asked-for':
      return `${registry} asks nobody to log in`
    case 'rate-limited':
      return `${registry} takes no more requests for now${detail === '' ? '' : ` (${detail})`}: wait, and run it again`
    case 'unreachable':
      return `${registry} can't be reached (${detail}): check the network, the proxy and --registry-endpoint`
    case 'server-error':
      return `${registry} can't check the login (${detail}): try again later`
  }
}

function waiting(seconds: number | null): string {
  return seconds === null ? '' : ` (retry after ${seconds} s)`
}
