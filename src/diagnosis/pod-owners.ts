/** What a pod's owners show of its failed pulls: who manages the workload, whether a changed template reaches the pod, and what made the pod. */

import {
  holdsUpRollout,
  type OwnerIndex,
  operatorAbove,
  ownersAbove,
  servingBefore,
  templateImages,
  topmostOwner,
  whyUnreplaced,
} from '../snapshot/owners.ts'
import type { Container, ContainerKind, Pod } from '../snapshot/pod.ts'
import type { OwnerLink } from '../snapshot/snapshot.ts'
import type { Clue } from './clue.ts'
import type { Finding } from './finding.ts'

/** The same for all containers of the pod. */
export interface PodOwners {
  /** The topmost controller; null for a bare pod. */
  workload: Finding['workload']
  managedBy: NonNullable<OwnerLink['managedBy']> | null
  /** Whether the pod is of an older revision, which its StatefulSet does not replace. */
  holdsUp: boolean
  /** The images in the template that the pod was made from, by container; null if that is not known. */
  images: Record<string, string> | null
  clues: Clue[]
  /** That a changed template does not replace the pod while it is not ready. */
  unreplaced: Clue[]
}

export function podOwners(pod: Pod, owners: OwnerIndex): PodOwners {
  const workload = topmostOwner(pod, owners)
  const above = ownersAbove(pod, owners)
  const top = above.at(-1)
  const operator = operatorAbove(pod, workload)
  return {
    workload,
    // What owns a controller, such as a custom resource, is where changes are made.
    managedBy: top?.controller === null ? (top.managedBy ?? null) : (pod.managedBy ?? null),
    holdsUp: holdsUpRollout(pod, owners),
    images: templateImages(pod, owners),
    clues: [
      ...runOfCronJob(pod, workload, above),
      ...olderServes(pod, owners),
      ...(operator === null ? [] : [{ code: 'operated' as const, ...operator }]),
      ...(pod.bySkaffold === true ? [{ code: 'by-skaffold' as const }] : []),
      ...(pod.maker === undefined ? [] : [{ code: 'made-by' as const, maker: pod.maker }]),
    ],
    unreplaced: unreplaced(pod, owners),
  }
}

/** A debug container does not affect whether its pod is ready. */
export function countsForReadiness({ kind }: Pick<Container, 'kind'>): boolean {
  return kind !== 'ephemeral'
}

/** The clues about one container of the pod. */
export function cluesOfOwners(pod: Pod, container: Container, owned: PodOwners): Clue[] {
  return [
    ...owned.clues,
    ...(countsForReadiness(container) ? owned.unreplaced : []),
    ...changedAtAdmission(pod, container, owned.images),
  ]
}

/** A run of a CronJob is a Job, which keeps the template that it was created with. */
function runOfCronJob(
  { controller }: Pod,
  workload: PodOwners['workload'],
  above: readonly OwnerLink[],
): Clue[] {
  if (workload?.kind !== 'CronJob' || controller?.kind !== 'Job') return []
  const policy = above.find(({ kind }) => kind === 'CronJob')?.concurrencyPolicy
  const forbidsOthers = policy === undefined ? null : policy === 'Forbid'
  return [{ code: 'run-of-cron-job', job: controller.name, forbidsOthers }]
}

function olderServes(pod: Pod, owners: OwnerIndex): Clue[] {
  const older = servingBefore(pod, owners)
  return older === null ? [] : [{ code: 'older-serves', revision: older.number, pods: older.ready }]
}

function unreplaced(pod: Pod, owners: OwnerIndex): Clue[] {
  const why = whyUnreplaced(pod, owners)
  return why === null ? [] : [{ code: 'not-replaced', why }]
}

/** Only these kinds of containers come from a template. */
const FROM_TEMPLATE: readonly ContainerKind[] = ['container', 'init', 'sidecar']

/** A webhook or a policy changed the image, or added the container, when the pod was created. */
function changedAtAdmission(
  { rewriters = [] }: Pick<Pod, 'rewriters'>,
  { name, kind, image }: Pick<Container, 'name' | 'kind' | 'image'>,
  images: PodOwners['images'],
): Clue[] {
  if (images === null || !FROM_TEMPLATE.includes(kind)) return []
  const template = Object.hasOwn(images, name) ? (images[name] ?? null) : null
  return template === image ? [] : [{ code: 'changed-at-admission', template, policies: rewriters }]
}
