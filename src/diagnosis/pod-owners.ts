/** Finds who manages a failing pod's workload, whether a changed template reaches the pod, and what made the pod. */

import { droppedZero } from '../image/mistakes/dropped-zero.ts'
import { fullNameOf } from '../image/reference.ts'
import { couldBeRewritten } from '../image/rewritten.ts'
import type { HeldImage } from '../snapshot/held-image.ts'
import { type NewestTemplate, newestTemplate } from '../snapshot/newest-template.ts'
import {
  holdsUpRollout,
  linkOf,
  type OwnerIndex,
  operatorAbove,
  ownersAbove,
  servingBefore,
  templateImages,
  templatePolicies,
  topmostOwner,
  whyUnreplaced,
} from '../snapshot/owners.ts'
import type { Container, ContainerKind, Pod } from '../snapshot/pod.ts'
import type { ImageTrigger, OwnerLink } from '../snapshot/snapshot.ts'
import { type Clue, cluesIf, cluesWith } from './clues/clue.ts'
import type { PulledMeanwhile } from './clues/clue-of-name.ts'
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
  /** The pull policies there that are not Always. */
  policies: ReturnType<typeof templatePolicies>
  /** What the pod's owner makes pods from now, if the pod may be of an earlier template. */
  newest: NewestTemplate | null
  /** An older revision that still serves. */
  serving: ReturnType<typeof servingBefore>
  triggers: Record<string, ImageTrigger>
  clues: Clue[]
  /** That a changed template does not replace the pod while it is not ready. */
  unreplaced: Clue[]
}

export function podOwners(pod: Pod, owners: OwnerIndex): PodOwners {
  const workload = topmostOwner(pod, owners)
  const above = ownersAbove(pod, owners)
  const top = above.at(-1)
  const unreplaced = whyUnreplaced(pod, owners)
  return {
    workload,
    // What owns a controller, such as a custom resource, is where changes are made.
    managedBy: top?.controller === null ? (top.managedBy ?? null) : (pod.managedBy ?? null),
    holdsUp: holdsUpRollout(pod, owners),
    images: templateImages(pod, owners),
    policies: templatePolicies(pod, owners),
    newest: newestTemplate(pod, owners),
    serving: servingBefore(pod, owners),
    // Deployments copy their annotations to their ReplicaSets.
    triggers: above.find(({ imageTriggers }) => imageTriggers !== undefined)?.imageTriggers ?? {},
    clues: [
      ...runOfCronJob(pod, workload, above),
      ...cluesWith('operated', operatorAbove(pod, workload)),
      ...cluesIf(pod.bySkaffold === true, { code: 'by-skaffold' }),
      ...cluesIf(pod.servesDns === true, { code: 'serves-dns' }),
      ...cluesWith('made-by', pod.maker === undefined ? null : { maker: pod.maker }),
    ],
    unreplaced: cluesWith('not-replaced', unreplaced === null ? null : { why: unreplaced }),
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
    ...olderServes(container, owned),
    ...(countsForReadiness(container) ? owned.unreplaced : []),
    ...changedAtAdmission(pod, container, owned.images),
    ...policyForced(container, owned),
    ...templateChanged(container, owned),
    ...sameImage(pod, container, owned.images),
    ...cluesWith('image-trigger', isPlainWord(container) ? (owned.triggers[container.name] ?? null) : null),
  ]
}

/** Whether the name is without a registry, as OpenShift leaves it until its trigger has an image for the container (openshift/origin#8339). */
const isPlainWord = ({ image }: Container) => /^[^/@]*$/.test(image)

/** The other containers with this image, as written, that no webhook added or changed. */
function sameImage(pod: Pod, container: Container, images: PodOwners['images']): Clue[] {
  const containers = pod.containers
    .filter(
      ({ name, kind, image }) =>
        name !== container.name && FROM_TEMPLATE.includes(kind) && image === container.image,
    )
    .filter(other => images === null || inTemplate(images, other) === other.image)
    .map(({ name }) => name)
  return containers.length === 0 ? [] : [{ code: 'same-image', containers }]
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

interface HeldFacts extends Pick<PodOwners, 'images'> {
  owners: OwnerIndex
  /** Where a dump shows the image to run, if that proves anything. */
  held: HeldImage | undefined
  pulled: PulledMeanwhile | null
  hadLogin: boolean
}

/** Which other pods run the image: those that a dump shows to have pulled it, or else the ready ones of the pod's own ReplicaSet, which may only have had it loaded. */
export function heldElsewhere(
  { controller, namespace, platform }: Pod,
  container: Placed,
  { owners, images, held, pulled, hadLogin }: HeldFacts,
): Clue[] {
  if (held !== undefined) {
    const { pods, nodes, architectures, cordoned, onLinux } = held
    // A pod that asks for an architecture is meant for it, whatever others run on.
    const fitting = platform.architecture === null ? architectures : []
    const closed = fitting.length > 0 && cordoned !== undefined ? { cordoned } : {}
    const since = pulled === null ? {} : { pulled }
    const system = onLinux === undefined ? {} : { onLinux }
    return [{ code: 'held-elsewhere', pods, nodes, architectures: fitting, ...system, ...closed, ...since }]
  }
  const link = controller === null ? null : linkOf(controller, namespace, owners)
  const ready = link?.revision?.ready ?? 0
  return cluesIf(ready > 0 && inTemplate(images, container) === container.image && !hadLogin, {
    code: 'held-elsewhere',
    pods: ready,
    nodes: [],
    architectures: [],
  })
}

function olderServes(container: Placed, { serving }: Pick<PodOwners, 'serving'>): Clue[] {
  if (serving === null) return []
  const { number, ready, images } = serving
  return [{ code: 'older-serves', revision: number, pods: ready, image: inTemplate(images, container) }]
}

/** The tag lost a zero, by what the pod's labels or the older revision have. */
export function zeroClues(pod: Pod, container: Container, { serving }: Pick<PodOwners, 'serving'>): Clue[] {
  const before = inTemplate(serving?.images, container)
  return cluesWith('dropped-zero', droppedZero(container.image, { version: pod.version ?? null, before }))
}

/** The owner has another image by now, which no retry of this pod gets. */
function templateChanged(container: Placed, { images, newest }: PodOwners): Clue[] {
  const now = inTemplate(newest?.images, container)
  if (newest === null || now === null) return []
  const { image } = container
  const made = inTemplate(images, container)
  const { owner, renewal } = newest
  // What a webhook makes of another template's image is not known; some change the templates of Jobs, too.
  const isSame =
    made === null
      ? couldBeRewritten(image, now)
      : made !== image ||
        (owner.kind === 'CronJob' ? couldBeRewritten(made, now) : fullNameOf(made) === fullNameOf(now))
  return isSame ? [] : [{ code: 'template-changed', image: now, owner, renewal }]
}

/** Only these kinds of containers come from a template. */
const FROM_TEMPLATE: readonly ContainerKind[] = ['container', 'init', 'sidecar']

type Placed = Pick<Container, 'name' | 'kind' | 'image'>

/** Returns what a template has for the container, such as its image; null if that is nothing, or if the template is not known. */
function inTemplate<T>(
  byContainer: Record<string, T> | null | undefined,
  { name, kind }: Pick<Container, 'name' | 'kind'>,
): T | null {
  const isThere = FROM_TEMPLATE.includes(kind) && byContainer && Object.hasOwn(byContainer, name)
  return isThere ? (byContainer[name] ?? null) : null
}

/** The admission plugin AlwaysPullImages, or a webhook that does the same (kubernetes, plugin/pkg/admission/alwayspullimages). */
function policyForced(container: Container, { policies }: PodOwners): Clue[] {
  const template = container.pullPolicy === 'Always' ? inTemplate(policies, container) : null
  return cluesWith('policy-forced', template === null ? null : { template })
}

/** A webhook or a policy changed the image, or added the container, when the pod was created. */
function changedAtAdmission(
  { rewriters = [], injectedImages = {} }: Pick<Pod, 'rewriters' | 'injectedImages'>,
  container: Placed,
  images: PodOwners['images'],
): Clue[] {
  if (images === null || !FROM_TEMPLATE.includes(container.kind)) return []
  const template = inTemplate(images, container)
  // Linkerd's has no tag.
  const own = Object.entries(injectedImages).find(
    ([, image]) => image === container.image || container.image.startsWith(`${image}:`),
  )
  const isSame = template !== null && fullNameOf(template) === fullNameOf(container.image)
  return cluesIf(!isSame, {
    code: 'changed-at-admission',
    template,
    policies: rewriters,
    ...(own !== undefined && template === null && { annotation: own[0] }),
  })
}
