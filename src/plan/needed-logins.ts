/** Decides which namespaces get which logins: as few as possible, because anyone who can start pods in a namespace can read them. */

import type { Finding } from '../diagnosis/finding.ts'
import { lookUpCredentials } from '../dockerconfig/kubelet-lookup.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import { isHelpedByLogin, isNarrowed, type PlanCredential } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { coversImageOf } from './stuck-pod.ts'

/** Namespaces of the cluster itself that many users can read and that have no pods. */
const WITHOUT_PODS = ['kube-public', 'kube-node-lease']

/** The logins that a namespace in scope needs. No other login is proven, shown, or written. */
export function neededLogins(input: PlanInput): PlanCredential[] {
  const { namespaces } = input.fixObjects
  return input.credentials.filter(login => namespaces.some(({ name }) => getsLogin(name, login, input)))
}

/**
 * The `auths` keys that serve the namespace. If another pull secret has Docker Hub under its plain name, the kubelet does not look for the
 * usual key; otherwise the plain name would hide other logins under the usual key.
 */
export function keysFor(namespace: string, input: PlanInput): string[] {
  const { diagnosis, secretName } = input
  const credentials = input.credentials.filter(login => getsLogin(namespace, login, input))
  const keys = credentials.map(credential => credential.key)
  const forHub = credentials.filter(({ registry }) => registry === DOCKER_HUB)
  if (forHub.length === 0 || keys.includes(DOCKER_HUB)) return keys
  const hidden = diagnosis.findings.some(
    finding =>
      finding.namespace === namespace && forHub.some(({ key }) => isHidden(key, finding, secretName)),
  )
  return hidden ? [...keys, DOCKER_HUB] : keys
}

/**
 * Whether a namespace gets the login. Anyone who can start pods there can read it, so only these do:
 *
 * - those where a pod fails because it lacks the login; a fix of single pods stops here;
 * - those where pullguard has written the login before;
 * - for Docker Hub, whose limit affects all pods, the whole scope, with `WITHOUT_PODS` only if they are named; not with `--affected`;
 * - for another registry, the namespaces named with `-n` if the user named the registry, too; not with `--affected`.
 */
function getsLogin(
  namespace: string,
  login: PlanCredential,
  { scope, diagnosis, fixObjects, named }: PlanInput,
): boolean {
  const fails = diagnosis.findings.some(
    finding => finding.namespace === namespace && coversImageOf(login, finding) && isHelpedByLogin(finding),
  )
  if (fails || isNarrowed(scope)) return fails
  const holds = fixObjects.secrets.some(
    secret => secret.namespace === namespace && secret.ours && secret.keys.includes(login.key),
  )
  if (holds) return true
  if (scope.affected) return false
  if (scope.namespaces !== null) return login.registry === DOCKER_HUB || named.includes(login.registry)
  return login.registry === DOCKER_HUB && !WITHOUT_PODS.includes(namespace)
}

/** Whether the kubelet would skip the key for the finding's image because of the keys in the pod's other pull secrets. */
function isHidden(key: string, { reference, credential }: Finding, secretName: string): boolean {
  const image = parseReference(reference ?? '')
  if (image === null) return false
  const others = credential.attempts
    // A malformed secret stops the kubelet's look-up before the others.
    .filter(attempt => attempt.secret !== secretName && attempt.problem !== 'malformed')
    .flatMap(attempt => attempt.key ?? [])
  const { shadowed } = lookUpCredentials(
    image,
    [...others, key].map(each => ({ key: each })),
  )
  return shadowed.some(each => each.key === key)
}
