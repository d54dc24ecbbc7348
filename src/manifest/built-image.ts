/**
 * What builds make of the images in manifests: an image that every build replaces is pulled by no pod, and the one that replaces it is
 * written elsewhere.
 */

import type { ContainerKind } from '../snapshot/pod.ts'
import type { Place, TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'
import type { ImageOperation } from './image-operations.ts'
import type { PatchTarget } from './kustomization.ts'
import { isPlaceholder } from './placeholder.ts'

/** What a build makes of one container. */
export interface Built {
  workload: WorkloadTemplate
  container: TemplateContainer
  /** The container whose text has the image: the same, or one in a patch. */
  written: TemplateContainer
  image: string
  /** What last changed the written image; null if nothing does. */
  by: { place: Place; path: string } | null
}

export function asWritten(workloads: readonly WorkloadTemplate[]): Built[] {
  return workloads.flatMap(workload =>
    workload.containers.map(container => ({
      ...{ workload, container, written: container, image: container.image },
      by: null,
    })),
  )
}

/**
 * A patch of one container: it replaces the image of those with its name in the objects that it is for, or is added to those. Without such
 * objects, it is built on its own.
 */
export function patchedBy(
  before: Built[],
  { workload, container, image }: Built,
  target: PatchTarget | null,
): Built[] {
  const isPatched = (other: Built) =>
    other.container.name === container.name && isTarget(other.workload, target ?? workload)
  if (!before.some(isPatched)) {
    const beside = before.find(other => isTarget(other.workload, target ?? workload))
    const own = { workload: beside?.workload ?? workload, container, written: container, image, by: null }
    return [...before, own]
  }
  return before.map(other => (isPatched(other) ? { ...other, written: container, image, by: null } : other))
}

/** An object without a namespace gets one from its kustomization, or when it is applied. */
function isTarget(
  workload: WorkloadTemplate,
  { kind, name, namespace }: PatchTarget | WorkloadTemplate,
): boolean {
  const isThere = !namespace || workload.namespace === null || workload.namespace === namespace
  return isThere && (kind === '' || workload.kind === kind) && (name === '' || workload.name === name)
}

/** What one operation of a JSON patch makes of the containers. @param file the file of the operation, as shown */
export function changedBy(
  before: Built[],
  { pointer, added, image, place }: ImageOperation,
  { target, path }: { target: PatchTarget; path: string },
): Built[] {
  const by = { place, path }
  const isSame = (other: TemplateContainer['pointer']) => other.join('/') === pointer.join('/')
  if (added === null)
    return before.map(other =>
      isTarget(other.workload, target) && isSame(other.container.pointer) ? { ...other, image, by } : other,
    )
  const inPod = ({ workload, container }: Built) =>
    isTarget(workload, target) && container.pointer.slice(0, -2).join('/') === pointer.slice(0, -1).join('/')
  const byWorkload = new Map(before.filter(inPod).map(other => [other.workload, other]))
  const kind: ContainerKind = pointer.at(-1) === 'initContainers' ? 'init' : 'container'
  const containers = [...byWorkload].map(([workload, { container }]): Built => {
    const own: TemplateContainer = {
      ...container,
      ...{ name: added, kind, image, pointer: [...pointer, '-'] },
      ...{ pullPolicy: null, policyPlace: null, placeholder: false },
    }
    return { workload, container: own, written: own, image, by }
  })
  return [...before, ...containers]
}

/** Whether kustomize changes images in this place without further configuration. */
export function isChangedByDefault({ pointer, kind }: TemplateContainer): boolean {
  return kind === 'volume' || ['containers', 'initContainers'].includes(String(pointer.at(-2)))
}

export function afterBuilds(workloads: readonly WorkloadTemplate[], built: Built[]): WorkloadTemplate[] {
  const isBuilt = new Set(built.flatMap(({ container, written }) => [container, written]))
  const isPulled = new Set(built.flatMap(({ written, by }) => (by === null ? [written] : [])))
  const changed = Map.groupBy(
    built.filter(({ by }) => by !== null),
    ({ workload }) => workload,
  )
  const patched = new Map(built.map(each => [each.written, each.workload]))
  return workloads.flatMap(workload => {
    const { containers } = workload
    const own = containers.filter(each => isPulled.has(each) || !isBuilt.has(each))
    const base = patched.get(containers[0] as TemplateContainer) ?? workload
    const kept = own.length === containers.length ? workload : { ...workload, containers: own }
    return [
      base === workload ? kept : { ...kept, ...settingsOf(base) },
      ...changedWorkloads(workload, changed.get(workload) ?? []),
    ]
  })
}

/** What counts for containers that are written elsewhere than the workload itself, which has the findings about itself. */
function settingsOf({ namespace, serviceAccount, pullSecrets, schedule }: WorkloadTemplate) {
  return {
    namespace,
    serviceAccount: { ...serviceAccount, place: null },
    pullSecrets: pullSecrets.map(({ value }) => ({ value, place: null })),
    podPointer: null,
    schedule: schedule && { ...schedule, expression: { ...schedule.expression, place: null } },
    hasDeadline: null,
  }
}

/** The workload as each kustomization changes it, with the containers that it changes. */
function changedWorkloads(workload: WorkloadTemplate, built: Built[]): WorkloadTemplate[] {
  const changes = built.flatMap(({ written, image, by }) =>
    by === null
      ? []
      : {
          path: by.path,
          container: {
            ...written,
            image,
            imagePlace: by.place,
            misread: null,
            // Something else than the text may fill in the image afterwards.
            placeholder: isPlaceholder(image) || (written.placeholder && !isPlaceholder(written.image)),
            policyPlace: written.policyPlace && by.place,
          },
        },
  )
  return [...Map.groupBy(changes, ({ path }) => path)].map(([path, all]) => {
    const once = new Map(all.map(({ container }) => [`${container.name} ${container.image}`, container]))
    const containers = [...once.values()]
    return {
      ...workload,
      ...settingsOf(workload),
      containers,
      writtenIn: 'kustomization' as const,
      source: { path, document: 0 },
      place: containers[0]?.imagePlace ?? null,
    }
  })
}
