/** Plans changes to pod templates: images, pull policies, and the pull secret if the template has its own list. */

import { hasClue } from '../diagnosis/clues/clue.ts'
import { pullsAlways } from '../image/describe.ts'
import { parseReference } from '../image/reference.ts'
import type { ScopeContainer, ScopeWorkload } from '../snapshot/fix-objects.ts'
import type { Edit, EditingRemedy, PatchTemplate, Target } from './change.ts'
import { patchOf } from './patch.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { admit } from './remedies/authenticate.ts'
import { EACH_REMEDY } from './remedies/index.ts'
import type { ContainerRules } from './remedies/remedy-rules.ts'
import {
  type AttachedSecrets,
  coversImageOf,
  imagesAfter,
  isBelowPartition,
  liveNamespaces,
  loginChanges,
  type StuckPod,
  templatePulls,
} from './stuck-pod.ts'

export interface Templates {
  changes: PatchTemplate[]
  declined: Declined[]
}

/** Plans one patch per workload. Images that are requested at each start come first, because each request spends a pull. */
export function templateChanges(input: PlanInput, stuck: StuckPod[], attached: AttachedSecrets): Templates {
  const planned: Templates = { changes: [], declined: [] }
  const live = liveNamespaces(input)
  for (const workload of input.fixObjects.workloads.filter(({ namespace }) => live.has(namespace))) {
    const pods = stuck.filter(pod => pod.workload === workload)
    const images = containerEdits(input, workload, pods)
    planned.declined.push(...images.declined)
    const edits = [...secretEdits(input, workload, pods, attached), ...images.edits]
    planOne(input, { workload, pods, edits, attached }, planned)
  }
  planned.changes.sort((one, other) => Number(asksAtEachStart(other)) - Number(asksAtEachStart(one)))
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
  const [first] = edits
  if (first === undefined) return
  if (workload.kind === 'Job' || workload.paused) {
    const fields = [...new Set(edits.map(edit => edit.field))]
    const code = workload.paused ? 'paused-deployment' : 'immutable-job'
    planned.declined.push({ code, target: targetOf(workload), fields })
    return
  }
  const change: PatchTemplate = {
    id: `template:${workload.namespace}/${workload.kind}/${workload.name}`,
    action: 'patch-template',
    target: targetOf(workload),
    needs: needsOf(input, workload, edits, attached),
    managedBy: workload.managedBy,
    reason: first.reason,
    edits,
    patch: patchOf(workload.uid, null, edits),
    selector: workload.selector,
    rollsOut: workload.rollsOut,
    pods: pods.map(({ pod }) => pod.name),
    // A rollout replaces every pod, not only the stuck ones.
    pulls: workload.replaces ? workload.replicas * templatePulls(workload, edits) : 0,
  }
  admit(change, input, planned)
}

/**
 * Ids of the changes that have to precede the patch. New pods get their pull secrets when they are created, and nothing recreates them
 * later: so if the patch names the Secret, or starts a rollout whose images need the login, the login comes first.
 */
function needsOf(
  input: PlanInput,
  workload: ScopeWorkload,
  edits: Edit[],
  attached: AttachedSecrets,
): string[] {
  const naming = edits.find(edit => edit.field === 'imagePullSecrets')
  if (!naming && !(workload.replaces && imagesNeedLogin(input, workload, edits))) return []
  const list = naming
    ? [...(workload.imagePullSecrets ?? []), { name: naming.entry }]
    : workload.imagePullSecrets
  return loginChanges({ ...workload, list }, input.secretName, attached) ?? []
}

function imagesNeedLogin({ credentials }: PlanInput, workload: ScopeWorkload, edits: Edit[]): boolean {
  return imagesAfter(workload, edits).some(image => {
    const reference = parseReference(image)
    if (reference === null) return false
    const asked = { registry: reference.registry, reference: image }
    return credentials.some(login => coversImageOf(login, asked))
  })
}

/** A template with its own list does not get the service account's, so that list itself has to name the Secret. */
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

function asksAtEachStart({ edits }: PatchTemplate): boolean {
  return edits.some(edit => edit.field === 'image' && pullsAlways(edit.before ?? '', null))
}

interface ContainerEdits {
  edits: Edit[]
  declined: Declined[]
}

/** Plans the image and pull policy of every container of the workload with the chosen remedies. */
function containerEdits(input: PlanInput, workload: ScopeWorkload, pods: StuckPod[]): ContainerEdits {
  const planned: ContainerEdits = { edits: [], declined: [] }
  const target = targetOf(workload)
  for (const container of workload.containers) {
    if (parseReference(container.image) === null) continue
    const own = editsOf(input, target, container)
    const admitted = admittedImage(pods, container.name)
    const renamed = own.edits.some(({ field }) => field === 'image')
    if (admitted === null || !renamed) {
      planned.edits.push(...own.edits)
      planned.declined.push(...own.declined)
    } else {
      const { name, image } = container
      planned.declined.push({ code: 'changed-at-admission', target, container: name, image, admitted })
    }
  }
  return planned
}

/** The image that a failing pod got instead of its template's, which an edit of the template might not change; null if none is known. */
function admittedImage(pods: StuckPod[], container: string): string | null {
  const findings = pods.flatMap(pod => pod.findings).filter(finding => finding.container === container)
  return findings.find(({ clues }) => hasClue(clues, 'changed-at-admission'))?.image ?? null
}

/** What the chosen remedies make of one container: each goes on with the image that the one before it chose. */
function editsOf(input: PlanInput, target: Target, container: ScopeContainer): ContainerEdits {
  const { name, pointer, pullPolicy } = container
  const policies: Edit[] = []
  const declined: Declined[] = []
  let { image } = container
  /** The first remedy that changes the image gives the reason; later ones only complete it. */
  let imageReason: EditingRemedy | null = null
  for (const [code, { edit }] of editing(input)) {
    const result = edit({ target, container, image }, input)
    if (result.declined) declined.push(result.declined)
    if (result.image !== undefined && result.image !== image) {
      image = result.image
      imageReason ??= code
    }
    if (result.pullPolicy !== undefined) {
      const field = 'imagePullPolicy'
      const after = result.pullPolicy
      policies.push({ field, container: name, pointer, before: pullPolicy, after, reason: { code } })
    }
  }
  if (imageReason === null) return { edits: policies, declined }
  const reason = { code: imageReason }
  const before = container.image
  const edit: Edit = { field: 'image', container: name, pointer, before, after: image, reason }
  return { edits: [edit, ...policies], declined }
}

/**
 * The references whose digest the plan needs, in the order of asking: targets of a replacement, then images to pin.
 * @returns each once
 */
export function referencesToAsk(input: Omit<PlanInput, 'images' | 'unproven'>): string[] {
  const containers = input.fixObjects.workloads.flatMap(workload => workload.containers)
  const wanted = containers.flatMap(container => {
    for (const [, { lookups }] of editing(input)) {
      const references = lookups(container, input)
      if (references.length > 0) return references
    }
    return []
  })
  return [...new Set(wanted)]
}

/** The chosen remedies that edit containers, with what they do. */
function editing({ remedies }: Pick<PlanInput, 'remedies'>): [EditingRemedy, ContainerRules][] {
  return EACH_REMEDY.flatMap(([remedy, { containers }]) =>
    containers !== null && remedies.has(remedy) ? [[remedy as EditingRemedy, containers]] : [],
  )
}
