/** Under which keys a pull secret holds the logins, so that the kubelet finds them beside the other pull secrets of the namespace. */

import type { Attempt, AttemptProblem } from '../diagnosis/finding.ts'
import { normaliseKey } from '../image/registry-key.ts'
import type { ScopeSecret } from '../snapshot/fix-scope.ts'
import type { PlanInput } from './plan-input.ts'

const DOCKER_HUB = 'docker.io'

/**
 * The `auths` keys that serve the namespace. Where another pull secret has Docker Hub under its plain name, the kubelet does not look for the
 * usual key; elsewhere the plain name would hide other logins that have the usual one.
 */
export function keysFor(namespace: string, { credentials, diagnosis, secretName }: PlanInput): string[] {
  const keys = credentials.map(credential => credential.key)
  const hidden = diagnosis.findings.some(
    finding =>
      finding.namespace === namespace &&
      finding.registry === DOCKER_HUB &&
      finding.credential.attempts.some(attempt => attempt.secret !== secretName && hidesUsualKey(attempt)),
  )
  const forHub = credentials.some(({ registry }) => registry === DOCKER_HUB)
  return hidden && forHub && !keys.includes(DOCKER_HUB) ? [...keys, DOCKER_HUB] : keys
}

/** Problems of entries that match all the same. */
const MATCHED: (AttemptProblem | null)[] = [null, 'empty-auth', 'token-only', 'half']

function hidesUsualKey({ key, problem }: Attempt): boolean {
  return key !== null && MATCHED.includes(problem) && normaliseKey(key) !== 'index.docker.io'
}

/** Whether the Secret serves every login already, also under the plain name where that is wanted. */
export function hasKeys({ content, keys }: ScopeSecret, wanted: string[]): boolean {
  return content === 'same' && (!wanted.includes(DOCKER_HUB) || keys.includes(DOCKER_HUB))
}
