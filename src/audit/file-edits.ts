/** Turns findings in files into edits: each image, policy, and list of pull secrets once. Also says why some findings get no edit. */

import { fullName, parseReference, withoutVersion } from '../image/reference.ts'
import { type ReplacementRule, replacementsFor } from '../image/replacement.ts'
import type { ManifestEdit } from '../manifest/edit.ts'
import type { ImageCheck } from '../snapshot/image-check.ts'
import { isPullable, verdictOf } from '../snapshot/image-verdict.ts'
import type { TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'
import { findingsOfRule, type IsIgnored } from './audit.ts'
import type { AuditFinding, Fix } from './finding.ts'
import type { AuditFacts } from './rule.ts'
import type { AuditSettings } from './settings.ts'

interface EditInput {
  /** Findings that are not silenced. */
  findings: readonly AuditFinding[]
  facts: AuditFacts
  settings: AuditSettings
  isIgnored: IsIgnored
  replacements: readonly ReplacementRule[]
  /** No registry may be contacted: nothing is pinned, and only the user's own rules replace an image. */
  offline: boolean
}

/** An edit, and the workload and container that it changes. */
export interface FileEdit {
  path: string
  edit: ManifestEdit
  workload: WorkloadTemplate
  container: TemplateContainer | null
}

/** A finding that calls for an edit but gets none, with the reason. */
export interface LeftAlone {
  workload: WorkloadTemplate
  container: TemplateContainer
  reason: /** The registry did not say which digest the image has. */
    | { code: 'no-digest'; image: string; check: ImageCheck | null }
    /** No candidate for a replacement is proven to exist. */
    | { code: 'no-replacement'; candidates: string[] }
    /** A kustomization finds the image by its name. */
    | { code: 'named-elsewhere'; path: string }
}

interface PlannedEdits {
  edits: FileEdit[]
  leftAlone: LeftAlone[]
}

/** The images whose digest or existence decides about an edit, each once, as written and with their full name. */
export function imagesToAsk({
  workloads,
  findings,
  replacements,
}: Pick<EditInput, 'findings' | 'replacements'> & { workloads: readonly WorkloadTemplate[] }): {
  image: string
  name: string
}[] {
  // The user's own rules apply even without a finding.
  const replaced = workloads
    .filter(workload => isEditable({ workload }))
    .flatMap(({ containers }) =>
      containers.flatMap(({ image, placeholder }) =>
        placeholder ? [] : replacementsFor(image, replacements),
      ),
    )
  const fixed = findings.filter(isEditable).flatMap(({ container, fix }) => {
    const own = container === null ? [] : [container.image]
    // The old place is asked as well: if it still has the image, the image has not moved.
    if (fix?.code === 'image') return [...own, fix.to]
    return fix?.code === 'pin' ? own : []
  })
  const named = [...replaced, ...fixed].flatMap(image => {
    const reference = parseReference(image)
    return reference === null ? [] : [[fullName(reference), image] as const]
  })
  return [...new Map(named)].map(([name, image]) => ({ name, image }))
}

function isEditable({ workload }: Pick<AuditFinding, 'workload'>): boolean {
  return workload.source !== null && workload.source.path !== '-' && workload.writtenIn === 'object'
}

/** Plans what --fix would write. @param workloads all that were read, because replacements don't need a finding */
export function planEdits(workloads: readonly WorkloadTemplate[], given: EditInput): PlannedEdits {
  const input = { ...given, checks: checksOf(given.facts) }
  const planned: PlannedEdits = { edits: [], leftAlone: [] }
  const byWorkload = Map.groupBy(input.findings, ({ workload }) => workload)
  for (const workload of workloads) {
    if (!isEditable({ workload })) continue
    const findings = byWorkload.get(workload) ?? []
    for (const container of workload.containers) {
      if (container.placeholder || container.imagePlace === null) continue
      const own = findings.filter(finding => finding.container === container)
      const fixes = own.flatMap(({ fix }) => fix ?? [])
      planContainer({ workload, container, fixes }, input, planned)
    }
  }
  return planned
}

type CheckedInput = EditInput & { checks: ReadonlyMap<string, ImageCheck> }

/** A container, and what its findings call for. */
interface ContainerFixes {
  workload: WorkloadTemplate
  container: TemplateContainer
  fixes: Fix[]
}

function planContainer(
  { workload, container, fixes }: ContainerFixes,
  input: CheckedInput,
  { edits, leftAlone }: PlannedEdits,
): void {
  const { keys, pointer } = container
  const { image, reason } = imageAfter(container, fixes, input)
  if (reason !== null) leftAlone.push({ workload, container, reason })
  const add = (edit: Omit<Extract<ManifestEdit, { op: 'set' }>, 'document' | 'op'>) =>
    edits.push({
      path: workload.source?.path ?? '',
      edit: { op: 'set', document: workload.source?.document ?? 0, ...edit },
      workload,
      container,
    })
  const isQuoted = fixes.some(({ code }) => code === 'quote')
  if (image !== container.image || isQuoted) add({ pointer, key: keys.image, value: image, behind: null })
  const policy = policyAfter(workload, { ...container, image }, container, input)
  if (policy !== null && keys.policy !== null)
    add({ pointer, key: keys.policy, value: policy, behind: keys.image })
  const secret = fixes.find(fix => fix.code === 'secret')
  if (secret !== undefined && workload.podPointer !== null) addSecret(workload, secret.name, edits)
}

/** Adds the secret once for all containers of a pod. */
function addSecret(workload: WorkloadTemplate, name: string, edits: FileEdit[]): void {
  if (edits.some(other => other.workload === workload && other.edit.op === 'add-secret')) return
  const { podPointer, source } = workload
  const edit = { op: 'add-secret', document: source?.document ?? 0, pointer: podPointer ?? [], name } as const
  edits.push({ path: source?.path ?? '', edit, workload, container: null })
}

/** The image as it is to be written. @returns also why it does not get what its findings call for; null if it does */
function imageAfter(
  { image: before, namedIn }: TemplateContainer,
  fixes: Fix[],
  input: CheckedInput,
): { image: string; reason: LeftAlone['reason'] | null } {
  const { offline, checks } = input
  const moved = replaced(before, fixes, input)
  // An image that can't be pulled is not pinned.
  if ('candidates' in moved)
    return { image: before, reason: { code: 'no-replacement', candidates: moved.candidates } }
  const { image } = moved
  if (namedIn !== undefined && withoutVersion(image) !== withoutVersion(before))
    return { image: before, reason: { code: 'named-elsewhere', path: namedIn } }
  const wantsPin = fixes.some(({ code }) => code === 'pin')
  const reference = parseReference(image)
  if (!wantsPin || offline || reference === null || reference.digest !== null) return { image, reason: null }
  const check = checkIn(checks, image)
  return check?.digest == null
    ? { image, reason: { code: 'no-digest', image, check } }
    : { image: `${image}@${check.digest}`, reason: null }
}

type ReplacementImage = { image: string } | { candidates: string[] }

function replaced(
  image: string,
  fixes: Fix[],
  { replacements, offline, checks }: CheckedInput,
): ReplacementImage {
  const asked = replacementsFor(image, replacements)
  const [first] = asked
  if (first !== undefined) {
    if (offline) return { image: first }
    const found = asked.find(candidate => exists(checkIn(checks, candidate)))
    return found === undefined ? { candidates: asked } : { image: found }
  }
  const fix = fixes.find(each => each.code === 'image')
  if (fix === undefined) return { image }
  if (fix.proven || (!offline && exists(checkIn(checks, fix.to)))) return { image: fix.to }
  return offline ? { image } : { candidates: [fix.to] }
}

/** All checks by full image name, including those of replacements. */
function checksOf({ scope }: AuditFacts): Map<string, ImageCheck> {
  const checks = scope.imageChecks.flatMap(check => [check.replacement ?? [], check].flat())
  return new Map(checks.map(check => [check.reference, check]))
}

function checkIn(checks: ReadonlyMap<string, ImageCheck>, image: string): ImageCheck | null {
  const reference = parseReference(image)
  return (reference && checks.get(fullName(reference))) ?? null
}

function exists(check: ImageCheck | null): boolean {
  return check !== null && isPullable(verdictOf(check))
}

/** The policy that the edited image calls for; null if the policy stays. */
function policyAfter(
  workload: WorkloadTemplate,
  changed: TemplateContainer,
  container: TemplateContainer,
  { facts, settings, isIgnored }: EditInput,
): string | null {
  const after = { ...workload, containers: [changed] }
  const [finding] = findingsOfRule('always-pull', after, facts, settings)
  if (finding?.fix?.code !== 'policy') return null
  return isIgnored({ ...finding, workload, container }) ? null : finding.fix.value
}
