/** Changes to pod templates: the pull secret where the template has a list of its own, images and pull policies. */

import type { ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { Edit, PatchTemplate, Target } from './change.ts'
import { containerEdits } from './container-edits.ts'
import { patchOf } from './patch.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { templatePulls } from './pulls.ts'
import { isBelowPartition } from './recreate-prerequisites.ts'
import type { AttachedSecrets } from './remedies/authenticate.ts'
import { liveNamespaces, type StuckPod } from './stuck-pod.ts'

export interface Templates {
  changes: PatchTemplate[]
  declined: Declined[]
}

/** Plans one patch a workload. Floating tags come first: they spend a pull at every start. */
export function templateChanges(input: PlanInput, stuck: StuckPod[], attached: AttachedSecrets): Templates {
  const planned: Templates = { changes: [], declined: [] }
  const live = liveNamespaces(input)
  for (const workload of input.fixScope.workloads.filter(({ namespace }) => live.has(namespace))) {
    const pods = stuck.filter(pod => pod.workload === workload)
    const images = containerEdits(input, workload)
    planned.declined.push(...images.declined)
    const edits = [...secretEdits(input, workload, pods, attached), ...images.edits]
    if (edits.length > 0) planOne(input, { workload, pods, edits, attached }, planned)
  }
  planned.changes.sort((one, other) => Number(floats(other)) - Number(floats(one)))
  return planned
}

interface TemplateEdits {
  workload: ScopeWorkload
  pods: StuckPod[]
  edits: Edit[]
  attached: AttachedSecrets
}

function planOne(
  input: PlanInput,
  { workload, pods, edits, attached }: TemplateEdits,
  planned: Templates,
): void {
  if (workload.kind === 'Job' || workload.paused) {
    const fields = [...new Set(edits.map(edit => edit.field))]
    const code = workload.paused ? 'paused-deployment' : 'immutable-job'
    planned.declined.push({ code, target: targetOf(workload), fields })
    return
  }
  const [first] = edits
  if (!first) return
  const secret = attached.secrets.get(workload.namespace) ?? null
  const naming = edits.some(edit => edit.field === 'imagePullSecrets')
  const change: PatchTemplate = {
    id: `template:${workload.namespace}/${workload.kind}/${workload.name}`,
    action: 'patch-template',
    target: targetOf(workload),
    needs: naming && secret !== null ? [secret] : [],
    managedBy: workload.managedBy,
    reason: first.reason,
    edits,
    patch: patchOf(workload.uid, '', edits),
    selector: workload.selector,
    rollsOut: workload.rollsOut,
    pods: pods.map(({ pod }) => pod.name),
    // A rollout makes every pod again, and not only those that are stuck.
    pulls: workload.replaces ? workload.replicas * templatePulls(workload, edits) : 0,
  }
  if (workload.managedBy !== null && !input.allowManaged) planned.declined.push({ code: 'managed', change })
  else planned.changes.push(change)
}

/** A template with a list of its own gets nothing from the service account, so the list itself has to name the Secret. */
function secretEdits(
  input: PlanInput,
  workload: ScopeWorkload,
  pods: StuckPod[],
  attached: AttachedSecrets,
): Edit[] {
  const before = workload.imagePullSecrets
  const wanted =
    before !== null &&
    !before.some(entry => entry.name === input.secretName) &&
    attached.secrets.has(workload.namespace) &&
    pods.some(({ helped, pod }) => helped.length > 0 && !isBelowPartition(input, pod))
  if (!wanted) return []
  return [
    {
      field: 'imagePullSecrets',
      pointer: `${workload.templatePointer}/imagePullSecrets`,
      before,
      entry: input.secretName,
      reason: { code: 'template-has-own-secrets', serviceAccount: workload.serviceAccount },
    },
  ]
}

function targetOf({ apiVersion, kind, namespace, name, uid }: ScopeWorkload): Target {
  return { apiVersion, kind, namespace, name, uid }
}

function floats(change: PatchTemplate): boolean {
  return change.edits.some(edit => edit.field === 'image' && !/:(?!latest$)[^/@]+$|@/.test(edit.before ?? ''))
}
