/** Whether a new pod would fare better than the stuck one, and thanks to which changes. */

import type { Attached } from './authenticate.ts'
import type { PatchTemplate } from './change.ts'
import type { PlanInput } from './plan-input.ts'
import type { StuckPod } from './stuck-pod.ts'

/** Ids of the changes that a new pod would profit from (none: what is there already is enough); null if none helps it. */
export function newPodNeeds(
  input: PlanInput,
  entry: StuckPod,
  attached: Attached,
  template: PatchTemplate | undefined,
): string[] | null {
  const patched = template ? [template.id] : []
  const credential = entry.helped.length > 0 ? credentialNeeds(input, entry, attached) : null
  if (credential) return [...credential, ...patched]
  if (patched.length > 0) return patched
  return accountChangedLater(input, entry) ? [] : null
}

function credentialNeeds(input: PlanInput, { pod, workload }: StuckPod, attached: Attached): string[] | null {
  const secret = attached.secrets.get(pod.namespace)
  if (secret === undefined) return null
  // The pod names the Secret already: only new content makes a difference to it.
  if (pod.pullSecrets.includes(input.secretName)) return secret === null ? null : [secret]
  if (pod.controller === null) return secret === null ? [] : [secret]
  if (workload === null) return null
  if (workload.imagePullSecrets !== null) {
    const named = workload.imagePullSecrets.some(({ name }) => name === input.secretName)
    return named ? (secret === null ? [] : [secret]) : null
  }
  const account = attached.serviceAccounts.get(`${pod.namespace}/${pod.serviceAccount}`)
  if (account === undefined) return null
  return account === null ? (secret === null ? [] : [secret]) : [account]
}

/** Admission copies a service account's list only when a pod is made: a pod older than the list has none of it. */
function accountChangedLater(input: PlanInput, { pod, findings, workload }: StuckPod): boolean {
  if (!workload || workload.imagePullSecrets !== null) return false
  if (!findings.some(({ remedies }) => remedies.includes('recreate'))) return false
  const account = input.fixScope.serviceAccounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  )
  return (
    account?.imagePullSecrets?.some(({ name }) => name !== undefined && !pod.pullSecrets.includes(name)) ??
    false
  )
}
