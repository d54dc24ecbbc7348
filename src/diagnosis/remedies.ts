/** Names the remedies that fit a finding. What a remedy takes is proven later, before anything is written. */

import { isDockerHub } from '../image/docker-hub.ts'
import { isPublic } from '../image/registries.ts'
import type { Container, Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { credentialFor } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import { isLocal } from './endpoint.ts'
import type { Finding, Remedy, Subcause } from './finding.ts'

type Told = Pick<Finding, 'cause' | 'subcause' | 'registry' | 'reference' | 'endpoint' | 'moved'>

/** Most helpful first; none where only a person can help (a typo, DNS, a certificate…). */
export function remediesFor(told: Told, pod: Pod, container: Container, snapshot: Snapshot): Remedy[] {
  // The API server can change nothing about a static pod: its manifest and its logins are on the node.
  // A debug container pulls with what its pod has, and goes with the pod: nothing that fix changes ever reaches it.
  if (told.registry === null || pod.mirror || container.kind === 'ephemeral') return []
  if (told.cause === 'auth-required-or-denied')
    return loginHelps(told) ? [credentialRemedy(pod, container, snapshot)] : []
  if (told.cause !== 'rate-limited') return []
  // A limit on bursts counts the address, whoever is logged in; a cache's limit counts the cache's own login.
  if (told.subcause === 'abuse' || !mayBeShownALogin(told.endpoint)) return sparing(told, container)
  return [credentialRemedy(pod, container, snapshot), ...sparing(told, container)]
}

function credentialRemedy(pod: Pod, container: Container, snapshot: Snapshot): Remedy {
  return wouldDoBetterAsNew(pod, container, snapshot) ? 'recreate' : 'authenticate'
}

/** Refusals that no login of the pod ends: who is kept out, what a policy holds back, and what a cache's own login failed at. */
const BEYOND_LOGINS: readonly Subcause[] = ['blocked', 'policy', 'upstream']

function loginHelps({ subcause, reference, endpoint, moved }: Told): boolean {
  if (subcause !== null && BEYOND_LOGINS.includes(subcause)) return false
  if (moved?.state === 'deleted' || moved?.state === 'retired') return false
  // Everything there is public: only a login that was sent and refused is in the way, and a better one clears it.
  if (isPublic(reference)) return subcause === 'credential-refused'
  return mayBeShownALogin(endpoint)
}

/** The runtime would send the pod's login to a mirror that asks for one. On the node's own loopback it does not leave the node. */
function mayBeShownALogin(endpoint: Endpoint | null): boolean {
  return endpoint?.role !== 'mirror' || isLocal(endpoint.host)
}

/** What spends fewer pulls of the limited registry. */
function sparing({ registry, reference }: Told, { pullPolicy }: Container): Remedy[] {
  const remedies: Remedy[] = []
  if (pullPolicy === 'Always') remedies.push('pull-policy')
  if (reference !== null && !reference.includes('@')) remedies.push('pin')
  if (registry !== null && isDockerHub(registry)) remedies.push('replace-registry')
  return remedies
}

/** The service account got a credential after the pod was made; only a new pod would get it (admission copies the list once). */
function wouldDoBetterAsNew(pod: Pod, { image }: Container, snapshot: Snapshot): boolean {
  if (pod.pullSecrets.length > 0) return false
  const account = snapshot.serviceAccounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  )
  if (account === undefined || account.imagePullSecrets.length === 0) return false
  return credentialFor({ ...pod, pullSecrets: account.imagePullSecrets }, image, snapshot).status === 'usable'
}
