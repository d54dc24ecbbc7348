/** Under which keys a pull secret holds the logins, so that the kubelet finds them beside the other pull secrets of the namespace. */

import type { Finding } from '../diagnosis/finding.ts'
import { lookUpCredentials } from '../dockerconfig/kubelet-lookup.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import type { ScopeSecret } from '../snapshot/fix-scope.ts'
import type { PlanInput } from './plan-input.ts'

/**
 * The `auths` keys that serve the namespace. Where another pull secret has Docker Hub under its plain name, the kubelet does not look for the
 * usual key; elsewhere the plain name would hide other logins that have the usual one.
 */
export function keysFor(namespace: string, { credentials, diagnosis, secretName }: PlanInput): string[] {
  const keys = credentials.map(credential => credential.key)
  const forHub = credentials.filter(({ registry }) => registry === DOCKER_HUB)
  if (forHub.length === 0 || keys.includes(DOCKER_HUB)) return keys
  const hidden = diagnosis.findings.some(
    finding =>
      finding.namespace === namespace && forHub.some(({ key }) => isHidden(key, finding, secretName)),
  )
  return hidden ? [...keys, DOCKER_HUB] : keys
}

/** Whether the kubelet would pass the key over for the finding's image, beside those of the pod's other pull secrets. */
function isHidden(key: string, { reference, credential }: Finding, secretName: string): boolean {
  const image = parseReference(reference ?? '')
  if (image === null) return false
  const others = credential.attempts
    // A malformed secret keeps every other from being looked at, too.
    .filter(attempt => attempt.secret !== secretName && attempt.problem !== 'malformed')
    .flatMap(attempt => attempt.key ?? [])
  const { shadowed } = lookUpCredentials(
    image,
    [...others, key].map(each => ({ key: each })),
  )
  return shadowed.some(each => each.key === key)
}

/** Whether the Secret serves every login already, also under the plain name where that is wanted. */
export function hasKeys({ content, keys }: ScopeSecret, wanted: string[]): boolean {
  return content === 'same' && (!wanted.includes(DOCKER_HUB) || keys.includes(DOCKER_HUB))
}
