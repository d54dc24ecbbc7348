/** What the chosen remedies make of the containers of one workload, one after the other. */

import { parseReference } from '../image/reference.ts'
import type { ScopeContainer, ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { Edit, EditingRemedy, Target } from './change.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { EACH_REMEDY } from './remedies/index.ts'
import type { ContainerRules } from './remedies/remedy-rules.ts'

export interface ContainerEdits {
  edits: Edit[]
  declined: Declined[]
}

/** Plans the image and the pull policy of every container of the workload, as far as the chosen remedies go. */
export function containerEdits(input: PlanInput, workload: ScopeWorkload): ContainerEdits {
  const planned: ContainerEdits = { edits: [], declined: [] }
  const { apiVersion, kind, namespace, name, uid } = workload
  const target = { apiVersion, kind, namespace, name, uid }
  for (const container of workload.containers) {
    if (parseReference(container.image) !== null) planContainer(input, target, container, planned)
  }
  return planned
}

function planContainer(
  input: PlanInput,
  target: Target,
  container: ScopeContainer,
  planned: ContainerEdits,
): void {
  let { image } = container
  /** The first that changes the image gives the reason: what comes after it completes it. */
  let imageReason: EditingRemedy | null = null
  const { name, pointer, pullPolicy: before } = container
  const others: Edit[] = []
  for (const [code, { edit }] of editing(input)) {
    const result = edit({ target, container, image }, input)
    if (result.declined) planned.declined.push(result.declined)
    if (result.image !== undefined && result.image !== image) {
      image = result.image
      imageReason ??= code
    }
    if (result.pullPolicy !== undefined) {
      const after = result.pullPolicy
      const field = 'imagePullPolicy'
      others.push({ field, container: name, pointer, before, after, reason: { code } })
    }
  }
  if (imageReason !== null) {
    const reason = { code: imageReason }
    planned.edits.push({
      field: 'image',
      container: name,
      pointer,
      before: container.image,
      after: image,
      reason,
    })
  }
  planned.edits.push(...others)
}

/**
 * The references whose digest the plan needs, in the order of asking: targets of a replacement, then images to pin.
 * @returns each once
 */
export function referencesToAsk(input: Omit<PlanInput, 'images' | 'unproven'>): string[] {
  const containers = input.fixScope.workloads.flatMap(workload => workload.containers)
  const wanted = containers.flatMap(container => {
    for (const [, { asks }] of editing(input)) {
      const references = asks(container, input)
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
