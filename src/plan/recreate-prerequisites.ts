/** Whether a new pod could pull where the stuck one can't, which changes that takes, and how many pulls from Docker Hub it costs at most. */

import { isDockerHub } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import type { ScopeController, ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Edit, PatchTemplate } from './change.ts'
import type { PlanInput } from './plan-input.ts'
import type { AttachedSecrets } from './remedies/authenticate.ts'
import type { StuckPod } from './stuck-pod.ts'

/** Ids of the changes that have to precede the new pod; empty if it needs none; null if recreating would not help. */
export function prerequisitesOf(
  input: PlanInput,
  entry: StuckPod,
  attached: AttachedSecrets,
  template: PatchTemplate | undefined,
): string[] | null {
  // A pod below the partition is made from the earlier revision, not from the patched template.
  const patched = template && !isBelowPartition(input, entry.pod) ? [template.id] : []
  const credential = entry.helped.length > 0 ? credentialNeeds(input, entry, attached) : null
  if (credential) return [...credential, ...patched]
  if (patched.length > 0) return patched
  return accountChangedLater(input, entry) ? [] : null
}

function credentialNeeds(
  input: PlanInput,
  { pod, workload }: StuckPod,
  attached: AttachedSecrets,
): string[] | null {
  const secret = attached.secrets.get(pod.namespace)
  if (secret === undefined) return null
  // The pod names the Secret already, so only new content helps.
  if (pod.pullSecrets.includes(input.secretName)) return secret === null ? null : [secret]
  if (pod.controller === null && namesItself(input, pod, attached)) return secret === null ? [] : [secret]
  if (pod.controller !== null && workload === null) return null
  const list = workload && ownList(input, pod, workload)
  if (list !== null) {
    const named = list.some(({ name }) => name === input.secretName)
    return named ? (secret === null ? [] : [secret]) : null
  }
  const account = attached.serviceAccounts.get(`${pod.namespace}/${pod.serviceAccount}`)
  if (account === undefined) return null
  return account === null ? (secret === null ? [] : [secret]) : [account]
}

/** Whether a bare pod has to name the Secret itself: not where admission copies the list of a service account that names it. */
export function namesItself(input: PlanInput, pod: Pod, attached: AttachedSecrets): boolean {
  if (!attached.secrets.has(pod.namespace) || pod.pullSecrets.includes(input.secretName)) return false
  return pod.pullSecrets.length > 0 || !attached.serviceAccounts.has(`${pod.namespace}/${pod.serviceAccount}`)
}

/** The pull secrets of the template that the pod's controller makes new pods from; null where the template has no list. */
export function ownList(
  input: PlanInput,
  pod: Pod,
  workload: ScopeWorkload,
): ScopeWorkload['imagePullSecrets'] {
  const direct = controllerOf(input, pod)
  if (direct?.partition && isBelowPartition(input, pod)) return direct.partition.imagePullSecrets
  return direct === undefined ? workload.imagePullSecrets : direct.imagePullSecrets
}

function controllerOf({ fixScope }: PlanInput, { controller }: Pod): ScopeController | undefined {
  return fixScope.controllers.find(({ uid }) => uid === controller?.uid)
}

/** Whether the StatefulSet's partition keeps the pod at the earlier revision. */
export function isBelowPartition(input: PlanInput, pod: Pod): boolean {
  const partition = controllerOf(input, pod)?.partition
  return partition ? Number(/-(\d+)$/.exec(pod.name)?.[1]) < partition.below : false
}

/** Whether the pod is of an earlier revision of its Deployment, which will delete it. */
export function isOutgoing(input: PlanInput, pod: Pod): boolean {
  return controllerOf(input, pod)?.outgoing ?? false
}

/** Whether the service account has pull secrets that the pod lacks: admission copies the list only when a pod is created. */
function accountChangedLater(input: PlanInput, { pod, findings, workload }: StuckPod): boolean {
  if (pod.controller !== null && (!workload || ownList(input, pod, workload) !== null)) return false
  if (!findings.some(({ remedies }) => remedies.includes('recreate'))) return false
  const account = input.fixScope.serviceAccounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  )
  return (
    account?.imagePullSecrets?.some(({ name }) => name !== undefined && !pod.pullSecrets.includes(name)) ??
    false
  )
}

/** One pull an image from Docker Hub; a node that has the image spends none, so this is an upper bound. */
export function podPulls(pod: Pod): number {
  return pullsOf(pod.containers.filter(({ kind }) => kind !== 'ephemeral').map(({ image }) => image))
}

/** The same for a pod made from the template as the edits leave it. */
export function templatePulls({ containers }: ScopeWorkload, edits: Edit[]): number {
  return pullsOf(
    containers.map(({ name, image }) => {
      const edit = edits.find(one => one.field === 'image' && one.container === name)
      return edit?.field === 'image' ? edit.after : image
    }),
  )
}

function pullsOf(images: string[]): number {
  const references = images
    .map(image => parseReference(image))
    .filter(reference => reference !== null && isDockerHub(reference.registry))
  return new Set(references.map(one => `${one?.repository}:${one?.tag}@${one?.digest}`)).size
}
