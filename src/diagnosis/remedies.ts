/** Names the remedies that fit a finding. What a remedy takes is proven later, before anything is written. */

import { DOCKER_HUB } from '../image/docker-hub.ts'
import type { Container, Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { credentialFor } from './credential.ts'
import type { Finding, Remedy } from './finding.ts'

type Told = Pick<Finding, 'cause' | 'subcause' | 'registry' | 'reference'>

/** Most helpful first; none where only a person can help (a typo, DNS, a certificate…). */
export function remediesFor(told: Told, pod: Pod, container: Container, snapshot: Snapshot): Remedy[] {
  // The API server can change nothing about a static pod: its manifest and its logins are on the node.
  // A debug container pulls with what its pod has, and goes with the pod: nothing that fix changes ever reaches it.
  if (told.registry === null || pod.mirror || container.kind === 'ephemeral') return []
  if (told.cause !== 'rate-limited' && told.cause !== 'auth-required-or-denied') return []
  // A limit on bursts counts the address, whoever is logged in.
  if (told.subcause === 'abuse') return sparing(told, container)
  const credential: Remedy = wouldDoBetterAnew(pod, container, snapshot) ? 'recreate' : 'authenticate'
  return told.cause === 'rate-limited' ? [credential, ...sparing(told, container)] : [credential]
}

/** What spends fewer pulls of the limited registry. */
function sparing({ registry, reference }: Told, { pullPolicy }: Container): Remedy[] {
  const remedies: Remedy[] = []
  if (pullPolicy === 'Always') remedies.push('pull-policy')
  if (reference !== null && !reference.includes('@')) remedies.push('pin')
  if (registry === DOCKER_HUB) remedies.push('replace-registry')
  return remedies
}

/** The service account got a credential after the pod was made; only a new pod would get it (admission copies the list once). */
function wouldDoBetterAnew(pod: Pod, { image }: Container, snapshot: Snapshot): boolean {
  if (pod.pullSecrets.length > 0) return false
  const account = snapshot.serviceAccounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  )
  if (account === undefined || account.imagePullSecrets.length === 0) return false
  return credentialFor({ ...pod, pullSecrets: account.imagePullSecrets }, image, snapshot).status === 'usable'
}
