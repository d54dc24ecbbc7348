/** For a fix that can't do without a login: one sentence on why this machine has none. */

import { UsageError } from '../../errors.ts'
import type { CredentialRefusal } from './credential.ts'
import type { FoundCredentials } from './find-credentials.ts'

/**
 * Throws UsageError for the first of the registries (as in references) that no login was found for: which place was looked at, what is wrong
 * with it and what to do. `registries`: those named by `--registry`, or all where a login was all that was asked for.
 */
export function requireLogin(found: FoundCredentials, registries: string[]): void {
  const served = new Set(found.credentials.map(({ registry }) => registry))
  const refusal = found.refusals.find(
    ({ registry }) => registries.includes(registry) && !served.has(registry),
  )
  if (refusal === undefined) return
  throw new UsageError(`no usable login for ${refusal.registry}: ${refusal.detail}; ${remedyFor(refusal)}`)
}

function remedyFor({ reason, registry }: CredentialRefusal): string {
  const server = registry === 'docker.io' ? '' : ` ${registry}`
  const explicit = 'give --username and --password-stdin'
  switch (reason) {
    case 'identity-token':
    case 'registry-token':
      return `make an access token at the registry and ${explicit}`
    case 'helper-missing':
      return `install it, or ${explicit}`
    case 'helper-name':
      return `correct the name, or ${explicit}`
    default:
      return `run \`docker login${server}\`, or ${explicit}`
  }
}
