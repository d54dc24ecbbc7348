/** Steps that change a container's definition: which object contains it, and how to change that object. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { ObjectManager } from '../../snapshot/fix-objects.ts'
import { type Invocation, kubectlCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import { isStatic, workloadArgument, workloadPath } from './commands.ts'
import { managedChange } from './managers.ts'
import { pluralize } from './nouns.ts'
import type { StepText } from './step-words.ts'

/** Kinds that `kubectl set image` can change (kubectl set image --help), except Job, whose template is immutable. */
const SETTABLE = /^(?:pod|replicationcontroller|deployment|daemonset|statefulset|cronjob|replicaset)$/i

/** Where a container is defined. */
export type ContainerPlace = Pick<
  Finding,
  'namespace' | 'pod' | 'workload' | 'managedBy' | 'container' | 'containerKind'
> &
  Partial<Pick<Finding, 'clues'>>

/** The new image of one container: `known`, followed by the part that the user has to choose. */
export interface ImageEdit extends ContainerPlace {
  known: string
  /** Outside the quotes, such as `<tag>`: a shell rejects the whole line until it is replaced. */
  open: string
}

/** Returns how to change containers' images: one command for all containers of the first workload, and how many more workloads need one. */
export function setImages(invocation: Invocation, edits: readonly [ImageEdit, ...ImageEdit[]]): StepText {
  const [first] = edits
  const { namespace, pod, containerKind, workload, managedBy } = first
  if (isStatic(first)) return { text: `Set the correct image ${inManifest(first)}` }
  if (containerKind === 'ephemeral') return otherDebugContainer(invocation, namespace, pod)
  if (managedBy !== undefined)
    return managedEdit(invocation, first, {
      what: 'Set the correct image',
      manager: managedBy,
      workloads: workloadsOf(edits),
    })
  if (workload?.kind === 'Job')
    return {
      text: `Delete job ${workload.name} and recreate it with the correct image: a Job's template is immutable`,
    }
  if (workload?.group !== undefined || !SETTABLE.test(workload?.kind ?? 'Pod') || containerKind === 'volume')
    return editField(
      invocation,
      first,
      containerKind === 'volume'
        ? `Set the correct image of volume ${first.container} (image.reference under volumes)`
        : 'Set the correct image',
    )
  const place = workloadKey(first)
  const own = new Map(edits.filter(edit => workloadKey(edit) === place).map(edit => [edit.container, edit]))
  const pairs = [...own.values()].map(
    ({ container, known, open }) => `${shellWord(`${container}=${known}`)}${open}`,
  )
  return {
    text: `Set the correct image (in Git or the chart's values, if those manage this workload)${thenDelete(first)}${forFirst(workloadsOf(edits))}`,
    command: kubectlCommand(invocation, `set image ${workloadArgument(first)} ${pairs.join(' ')}`, namespace),
  }
}

/** A workload that a tool deploys is changed where that tool reads it. A Job's template is immutable, so the tool has to replace the Job. */
function managedEdit(
  invocation: Invocation,
  place: ContainerPlace,
  { what, manager, workloads }: { what: string; manager: ObjectManager; workloads: number },
): StepText {
  const { namespace } = place
  const workload = workloadPath(place)
  const { text, ...rest } = managedChange(manager, { what, workload, namespace }, invocation)
  const job =
    place.workload?.kind === 'Job' ? `; delete ${workload} then, as a Job's template is immutable` : ''
  return { text: `${text}${job}${thenDelete(place)}${forFirst(workloads)}`, ...rest }
}

/** A corrected template does not reach a pod that holds up its StatefulSet (kubernetes/kubernetes#67250). */
export function thenDelete({ pod, clues = [] }: Pick<ContainerPlace, 'pod' | 'clues'>): string {
  return clues.some(({ code }) => code === 'one-by-one')
    ? `; then delete pod ${pod}, as its StatefulSet does not replace a pod that is not ready`
    : ''
}

const workloadKey = (place: ContainerPlace) => `${place.namespace} ${workloadPath(place)}`

const forFirst = (workloads: number) =>
  workloads > 1 ? `; this command is for the first of ${pluralize(workloads, 'workload')}` : ''

/** Returns how to change another field of the container, for which kubectl has no command. */
export function editField(
  invocation: Invocation,
  place: ContainerPlace,
  text: string,
  workloads = 1,
): StepText {
  const { namespace, pod, containerKind, workload, managedBy } = place
  if (isStatic(place)) return { text: `${text} ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return otherDebugContainer(invocation, namespace, pod)
  if (managedBy !== undefined)
    return managedEdit(invocation, place, { what: text, manager: managedBy, workloads })
  const what = workloadArgument(place)
  return workload === null || workload.kind === 'Job'
    ? {
        text: `${text}; ${what} can't be changed in place, so save its manifest, delete it, and create it again`,
        command: kubectlCommand(invocation, `get ${what} -o yaml`, namespace),
      }
    : {
        text: `${text}${thenDelete(place)}${forFirst(workloads)}`,
        command: kubectlCommand(invocation, `edit ${what}`, namespace),
      }
}

/** A debug container can't be changed and exists as long as its pod. */
export function otherDebugContainer(
  invocation: Invocation,
  namespace: string,
  pod: string,
  text = "Start another debug container with the correct image: this one can't be changed",
): StepText {
  return {
    text,
    command: kubectlCommand(invocation, `debug ${shellWord(pod)} -it --image=<image>`, namespace),
  }
}

/** Returns the number of workloads in these findings. */
export function workloadsOf(findings: readonly ContainerPlace[]): number {
  return new Set(findings.map(workloadKey)).size
}

/** Returns the image as written, without its tag. */
export function untagged(image: string): string {
  return `${image.replace(/@.*$/s, '').replace(/:[^/:]*$/, '')}:`
}

function inManifest({ workload }: Pick<Finding, 'workload'>): string {
  return `in the static pod's manifest on node ${workload?.name} (/etc/kubernetes/manifests, unless its kubelet uses another folder)`
}
