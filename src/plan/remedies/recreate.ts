/** On unless `--no-recreate`: removes stuck pods so that new ones are created with the other changes. */

import { objectKey } from '../../snapshot/object-key.ts'
import { isOfCustomController } from '../../snapshot/owners.ts'
import { areContainersReady, type Pod } from '../../snapshot/pod.ts'
import type { PatchTemplate, PodChange } from '../change.ts'
import type { Declined } from '../plan.ts'
import type { PlanInput } from '../plan-input.ts'
import {
  type AttachedSecrets,
  isBelowPartition,
  isOutgoing,
  loginChanges,
  ownList,
  podPulls,
  podTarget,
  type StuckPod,
  templatePulls,
} from '../stuck-pod.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const recreate: RemedyRules = {
  flag: { takes: 'refusal' },
  containers: null,
}

export interface Recreation {
  changes: PodChange[]
  declined: Declined[]
}

/** Plans to recreate only the pods that the plan's changes help. */
export function recreatePods(
  input: PlanInput,
  stuck: StuckPod[],
  attached: AttachedSecrets,
  templates: PatchTemplate[],
): Recreation {
  if (!input.remedies.has('recreate')) return { changes: [], declined: [] }
  const decisions = stuck.map(entry => {
    const template = templates.find(change => change.target.uid === entry.workload?.uid)
    return decide(input, entry, attached, template)
  })
  const planned: Recreation = {
    changes: decisions.flatMap(({ change }) => change ?? []),
    declined: decisions.flatMap(({ declined }) => declined ?? []),
  }
  return withoutEndingJobs(planned, input)
}

/** What becomes of one stuck pod; empty if a rollout replaces it, or if a new one would not be helped either. */
interface Decision {
  change?: PodChange
  declined?: Declined
}

function decide(
  input: PlanInput,
  entry: StuckPod,
  attached: AttachedSecrets,
  template: PatchTemplate | undefined,
): Decision {
  const obstacle = obstacleTo(input, entry, template)
  if (obstacle !== null) return { declined: obstacle }
  // A rollout replaces the old pods by itself, at the workload's own pace.
  if (template?.rollsOut) return {}
  const needs = prerequisitesOf(input, entry, attached, template)
  if (needs === null) return keptBelowPartition(input, entry)
  const futile = failingSibling(entry, template)
  if (futile !== null) return { declined: futile }
  return recreation(input, { entry, needs, attached, template })
}

function keptBelowPartition(input: PlanInput, entry: StuckPod): Decision {
  if (entry.helped.length === 0 || !isBelowPartition(input, entry.pod)) return {}
  const target = podTarget(entry.pod)
  return { declined: { code: 'below-partition', target, workload: workloadOrPod(entry) } }
}

/** Why pullguard must not recreate a pod that the changes would otherwise help; null if it can. */
function obstacleTo(input: PlanInput, entry: StuckPod, template: PatchTemplate | undefined): Declined | null {
  const { pod, findings, helped, workload } = entry
  const target = podTarget(pod)
  const recreates = findings.some(({ remedies }) => remedies.includes('recreate'))
  if (helped.length === 0 && !recreates && !template) return null
  if (pod.mirror) return { code: 'mirror-pod', target, node: pod.node }
  if (pod.maker !== undefined) return { code: 'made-pod', target, maker: pod.maker }
  if (pod.controller === null) return null
  const { kind, name } = pod.controller
  if (isOfCustomController(pod)) return { code: 'custom-controller', target, controller: { kind, name } }
  if (workload === null) return { code: 'not-found', what: 'workload', target }
  if (isOutgoing(input, pod) && !template)
    return { code: 'outgoing-pod', target, workload: workloadOrPod(entry) }
  return kind === 'Job' && workload.kind !== 'Job' ? obstacleOfJob(input, entry, template) : null
}

function workloadOrPod({ pod, workload }: StuckPod): { kind: string; name: string } {
  const { kind, name } = workload ?? pod.controller ?? { kind: 'Pod', name: pod.name }
  return { kind, name }
}

/** Ids of the changes that have to precede the new pod; empty if it needs none; null if recreating would not help. */
function prerequisitesOf(
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

/** What a new pod needs to get the Secret; null if it would not get the Secret. */
function credentialNeeds(
  input: PlanInput,
  { pod, workload }: StuckPod,
  attached: AttachedSecrets,
): string[] | null {
  const secret = attached.secrets.get(pod.namespace)
  if (secret === undefined) return null
  const content = secret === null ? [] : [secret]
  // The pod already names the Secret, so only new content helps.
  if (pod.pullSecrets.includes(input.secretName)) return secret === null ? null : content
  if (pod.controller === null && namesItself(input, pod, attached)) return content
  if (pod.controller !== null && workload === null) return null
  const list = workload && ownList(input, pod, workload)
  return loginChanges({ ...pod, list }, input.secretName, attached)
}

/** Whether a bare pod has to name the Secret itself; false if admission copies it from the list of a service account. */
function namesItself(input: PlanInput, pod: Pod, attached: AttachedSecrets): boolean {
  if (!attached.secrets.has(pod.namespace) || pod.pullSecrets.includes(input.secretName)) return false
  const account = objectKey(pod.namespace, pod.serviceAccount)
  return pod.pullSecrets.length > 0 || !attached.serviceAccounts.has(account)
}

/** Whether the service account has pull secrets that the pod lacks: admission copies the list only when a pod is created. */
function accountChangedLater(input: PlanInput, { pod, findings, workload }: StuckPod): boolean {
  if (pod.controller !== null && (!workload || ownList(input, pod, workload) !== null)) return false
  if (!findings.some(({ remedies }) => remedies.includes('recreate'))) return false
  const account = input.fixObjects.serviceAccounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  )
  return (
    account?.imagePullSecrets?.some(({ name }) => name !== undefined && !pod.pullSecrets.includes(name)) ??
    false
  )
}

/** Another container of the pod that would still fail, leaving the new pod stuck too; null if there is none. */
function failingSibling(
  { pod, findings, helped }: StuckPod,
  template: PatchTemplate | undefined,
): Declined | null {
  const edited = new Set(template?.edits.flatMap(edit => (edit.field === 'image' ? [edit.container] : [])))
  const other = findings.find(
    finding =>
      !helped.includes(finding) &&
      !finding.remedies.includes('recreate') &&
      !edited.has(finding.container) &&
      finding.containerKind !== 'ephemeral' &&
      finding.lasting,
  )
  if (other === undefined) return null
  const { container, image, cause } = other
  return { code: 'other-container-fails', target: podTarget(pod), container, image, cause }
}

/** A Job's template is immutable, so edits to its CronJob's template don't reach its pods. */
function obstacleOfJob(
  input: PlanInput,
  { pod, helped, workload }: StuckPod,
  template: PatchTemplate | undefined,
): Declined | null {
  if (pod.controller === null || workload === null) return null
  const list = helped.length > 0 ? ownList(input, pod, workload) : null
  const lacks = list !== null && !list.some(entry => entry.name === input.secretName)
  const fields = new Set(template?.edits.map(edit => edit.field))
  if (lacks) fields.add('imagePullSecrets')
  if (fields.size === 0) return null
  const target = { ...pod.controller, namespace: pod.namespace }
  return { code: 'immutable-job', target, fields: [...fields] }
}

interface RecreateCandidate {
  entry: StuckPod
  template: PatchTemplate | undefined
  needs: string[]
  attached: AttachedSecrets
}

function recreation(input: PlanInput, { entry, needs, attached, template }: RecreateCandidate): Decision {
  const { pod, workload } = entry
  const target = podTarget(pod)
  if (pod.controller === null && !input.recreateBarePods) return { declined: { code: 'bare-pod', target } }
  const base = {
    id: `pod:${pod.namespace}/${pod.name}`,
    target,
    needs,
    managedBy: null,
    reason: {
      code: pod.pullSecrets.includes(input.secretName) ? ('backed-off' as const) : ('stuck' as const),
    },
    method: areContainersReady(pod) ? ('evict' as const) : ('delete' as const),
    pulls: workload && template ? templatePulls(workload, template.edits) : podPulls(pod),
  }
  if (pod.controller === null) {
    const secretName = namesItself(input, pod, attached) ? input.secretName : null
    return { change: { ...base, action: 'recreate-bare-pod', secretName } }
  }
  const { kind, name, uid } = pod.controller
  return {
    change: {
      ...base,
      action: 'recreate-pod',
      controller: { kind, name, uid },
      workload: { kind: workload?.kind ?? kind, name: workload?.name ?? name, uid: workload?.uid ?? uid },
      selector: workload?.selector ?? null,
    },
  }
}

/** Declines recreations that would fail a Job, or an index of one: each deleted pod counts as a failure against its backoff limit. */
function withoutEndingJobs(planned: Recreation, input: PlanInput): Recreation {
  const declined = [...planned.declined]
  let changes = planned.changes
  for (const { uid, failuresLeft, doomed, limit } of input.fixObjects.jobs) {
    const ofJob = changes.filter(change => controllerUid(change) === uid)
    const ending =
      ofJob.length > failuresLeft ? ofJob : ofJob.filter(({ target }) => doomed.includes(target.uid ?? ''))
    const [first] = ending
    if (first?.action !== 'recreate-pod') continue
    changes = changes.filter(change => !ending.includes(change))
    const { namespace } = first.target
    const target = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: first.controller.name, uid }
    declined.push({ code: 'job-would-fail', target, pods: ending.length, limit })
  }
  return { changes, declined }
}

function controllerUid(change: PodChange): string | null {
  return change.action === 'recreate-pod' ? change.controller.uid : null
}
