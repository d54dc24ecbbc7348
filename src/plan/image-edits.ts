/** Remedies 4 to 6 for one workload: another registry, a pinned digest, a pull policy that spares pulls. */

import { parseReference } from '../image/reference.ts'
import type { ScopeContainer, ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { ChangeReason, Edit, Target } from './change.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { replacementsFor } from './replacement.ts'

export interface ImageEdits {
  edits: Edit[]
  declined: Declined[]
}

/** Plans the image and the pull policy of every container of the workload, as far as the chosen remedies go. */
export function imageEdits(input: PlanInput, workload: ScopeWorkload): ImageEdits {
  const planned: ImageEdits = { edits: [], declined: [] }
  const { apiVersion, kind, namespace, name, uid } = workload
  const target = { apiVersion, kind, namespace, name, uid }
  for (const container of workload.containers) {
    if (parseReference(container.image) === null) continue
    const moved = replaced(input, container, target, planned)
    const image = pinned(input, container, moved, target, planned)
    if (image !== container.image) {
      const code = moved === container.image ? 'pin' : 'replace-registry'
      planned.edits.push(edit(container, 'image', container.image, image, { code }))
    }
    policy(input, container, image, target, planned)
  }
  return planned
}

/**
 * The references whose digest the plan needs, in the order of asking: targets of a replacement, then images to pin.
 * @returns each once
 */
export function referencesToAsk(input: Omit<PlanInput, 'images' | 'unproven'>): string[] {
  const wanted = new Set<string>()
  for (const { containers } of input.fixScope.workloads) {
    for (const container of containers) {
      const candidates = input.remedies.has('replace-registry')
        ? replacementsFor(container.image, input.replacements)
        : []
      for (const candidate of candidates) wanted.add(candidate)
      if (candidates.length > 0 || !input.remedies.has('pin') || !floats(container.image)) continue
      const [running, ...others] = runningDigests(container)
      if (running === undefined) wanted.add(container.image)
      // It may be gone from the registry, or be that of one platform alone: then a fresh node could not pull it.
      else if (others.length === 0) wanted.add(`${container.image}@${running}`)
    }
  }
  return [...wanted]
}

function replaced(
  input: PlanInput,
  { image, name: container }: ScopeContainer,
  target: Target,
  planned: ImageEdits,
): string {
  const asked = input.remedies.has('replace-registry') ? replacementsFor(image, input.replacements) : []
  const found = asked.find(candidate => input.images.get(candidate)?.digest != null)
  if (asked.length > 0 && found === undefined) {
    const detail = asked.map(candidate => input.images.get(candidate)?.detail).find(text => text != null)
    const absent = asked.every(candidate => input.images.get(candidate)?.ruledOut === true)
    const place = { target, container, image }
    planned.declined.push({ code: 'no-replacement', ...place, asked, absent, detail: detail ?? null })
  }
  return found ?? image
}

function pinned(
  input: PlanInput,
  container: ScopeContainer,
  image: string,
  target: Target,
  planned: ImageEdits,
): string {
  if (!input.remedies.has('pin') || !floats(image)) return image
  const place = { target, container: container.name, image }
  const [running, ...others] = image === container.image ? runningDigests(container) : []
  if (running !== undefined && others.length > 0) {
    planned.declined.push({ code: 'several-digests', ...place, digests: [running, ...others] })
    return image
  }
  const fact = input.images.get(running === undefined ? image : `${image}@${running}`)
  if (running !== undefined && !fact?.ruledOut) return `${image}@${running}`
  if (running === undefined && fact?.digest != null) return `${image}@${fact.digest}`
  planned.declined.push({ code: 'no-digest', ...place, detail: fact?.detail ?? null })
  return image
}

function policy(
  input: PlanInput,
  container: ScopeContainer,
  image: string,
  target: Target,
  planned: ImageEdits,
): void {
  if (!input.remedies.has('pull-policy') || container.pullPolicy !== 'Always') return
  const reference = parseReference(image)
  // A floating tag that is never asked for again would freeze each node at whatever it pulled first.
  if (reference?.digest === null && (reference.tag === null || reference.tag === 'latest')) {
    planned.declined.push({ code: 'latest-needs-pin', target, container: container.name, image })
    return
  }
  const reason = { code: 'pull-policy' as const }
  planned.edits.push(edit(container, 'imagePullPolicy', container.pullPolicy, 'IfNotPresent', reason))
}

function edit(
  container: ScopeContainer,
  field: 'image' | 'imagePullPolicy',
  before: string | null,
  after: string,
  reason: ChangeReason,
): Edit {
  return { field, container: container.name, pointer: container.pointer, before, after, reason }
}

/** The digests that pods of the workload run, where the runtime names them for this very repository. */
function runningDigests({ image, runningImageIds }: ScopeContainer): string[] {
  const wanted = parseReference(image)
  const digests = runningImageIds.flatMap(id => {
    // Docker says `docker-pullable://nginx@sha256:…`; a bare `sha256:…` is the image's config, which can't be pulled.
    const running = parseReference(id.replace(/^[a-z-]+:\/\//, ''))
    const same = running?.registry === wanted?.registry && running?.repository === wanted?.repository
    return same ? (running?.digest ?? []) : []
  })
  return [...new Set(digests)]
}

/** Not bound to a digest yet. */
function floats(image: string): boolean {
  return parseReference(image)?.digest === null
}
