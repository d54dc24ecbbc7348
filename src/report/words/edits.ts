/** Steps that change a container's definition: which object contains it, and how to change that object. */

import { clueOf, hasClue } from '../../diagnosis/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { ObjectManager } from '../../snapshot/fix-objects.ts'
import type { Unreplaced } from '../../snapshot/owners.ts'
import { type Invocation, kubectlCommand, ocCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import { isStatic, workloadArgument, workloadPath } from './commands.ts'
import { MAKERS, type MakerWords, purposeOf } from './makers.ts'
import { managedChange } from './managers.ts'
import { objectName, pluralize, shortList } from './nouns.ts'
import type { Findings, StepText } from './step-words.ts'

/** Kinds that `kubectl set image` can change (kubectl set image --help), except Job, whose template is immutable. */
const SETTABLE = /^(?:pod|replicationcontroller|deployment|daemonset|statefulset|cronjob|replicaset)$/i

const SET_IMAGE = 'Set the correct image'

/** Where a container is defined. */
export type ContainerPlace = Pick<
  Finding,
  'namespace' | 'pod' | 'workload' | 'managedBy' | 'container' | 'containerKind'
> &
  Partial<Pick<Finding, 'clues'>>

/** The new image of one container: `known`, followed by the part that the user has to choose. */
interface ImageEdit extends ContainerPlace {
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
      what: SET_IMAGE,
      manager: managedBy,
      workloads: workloadsOf(edits),
    })
  const elsewhere = operatedEdit(invocation, first, SET_IMAGE, workloadsOf(edits))
  if (elsewhere !== null) return elsewhere
  if (workload?.kind === 'Job')
    return {
      text: `Delete job ${workload.name} and recreate it with the correct image, from its manifest or its chart's values: a Job's template is immutable`,
    }
  const isConfig = isDeploymentConfig(workload)
  const settable = isConfig || (workload?.group === undefined && SETTABLE.test(workload?.kind ?? 'Pod'))
  if (!settable || containerKind === 'volume')
    return editField(
      invocation,
      first,
      containerKind === 'volume'
        ? `Set the correct image of volume ${first.container} (image.reference under volumes)`
        : SET_IMAGE,
    )
  const place = workloadKey(first)
  const found = edits.filter(edit => workloadKey(edit) === place)
  const own = new Map([...found, ...found.flatMap(sameEdits)].map(edit => [edit.container, edit]))
  const pairs = [...own.values()].map(
    ({ container, known, open }) => `${shellWord(`${container}=${known}`)}${open}`,
  )
  const set = (what: string) => `set image ${what} ${pairs.join(' ')}`
  const source = "(in Git or the chart's values, if those manage this workload)"
  const more = forFirst(workloadsOf(edits))
  if (isConfig)
    return {
      text: `Set the correct image of DeploymentConfig ${workload?.name} ${source}; if it has no ConfigChange trigger, roll it out afterward (\`oc rollout latest\`)${more}`,
      command: ocCommand(invocation, set(shellWord(`dc/${workload?.name}`)), namespace),
    }
  return {
    text: `Set the correct image ${source}${thenDelete(first, edits)}${more}`,
    command: kubectlCommand(invocation, set(workloadArgument(first)), namespace),
  }
}

/** Returns how to change the image of each finding to what `edit` makes of it: a whole name, or one to complete. */
export function setEach(
  invocation: Invocation,
  [first, ...others]: Findings,
  edit: (finding: Findings[number]) => string | Pick<ImageEdit, 'known' | 'open'>,
): StepText {
  const edited = (finding: Findings[number]): ImageEdit => {
    const image = edit(finding)
    return { ...finding, ...(typeof image === 'string' ? { known: image, open: '' } : image) }
  }
  return setImages(invocation, [edited(first), ...others.map(edited)])
}

/** The same edit of the other containers with the image, which have not failed yet. */
function sameEdits(edit: ImageEdit): ImageEdit[] {
  const same = clueOf(edit.clues ?? [], 'same-image')
  return (same?.containers ?? []).map(container => ({ ...edit, container }))
}

/** A Deployment of OpenShift's own, which kubectl can't set an image of (docs.openshift.com, "DeploymentConfig objects"). */
function isDeploymentConfig(workload: ContainerPlace['workload']): boolean {
  return workload?.group === 'apps.openshift.io' && workload.kind === 'DeploymentConfig'
}

/** A workload that a tool deploys is changed where that tool reads it. A Job's template is immutable, so the tool has to replace the Job. */
function managedEdit(
  invocation: Invocation,
  place: ContainerPlace,
  { what, manager, workloads }: { what: string; manager: ObjectManager; workloads: number },
): StepText {
  const { namespace } = place
  const workload = workloadPath(place)
  const { text, shows, ...rest } = managedChange(manager, { what, workload, namespace }, invocation)
  const job =
    place.workload?.kind === 'Job' ? `; then delete ${workload}, as a Job's template is immutable` : ''
  return { text: `${text}${job}${thenDelete(place)}${forFirst(workloads)}${shows}`, ...rest }
}

/** Custom resources that run once, and keep what they started with; the API server refuses a change of a JobSet's templates. */
const RUN = /(?:Run|Workflow|Job|JobSet)$/

/** Whether a change of the workload itself would be reverted or have no effect: an operator made it, a program made the pod, or it is a run. */
function isMadeElsewhere({ workload, clues = [] }: ContainerPlace): boolean {
  return isRun(workload) || isVirtualMachine(workload) || hasClue(clues, 'operated', 'made-by')
}

/** A running virtual machine of KubeVirt, whose webhook refuses a change of its spec (kubevirt/kubevirt#3827). */
function isVirtualMachine(workload: ContainerPlace['workload']): boolean {
  return workload?.group === 'kubevirt.io' && workload.kind === 'VirtualMachineInstance'
}

/** Containers of a machine's pod that run KubeVirt's own image, virt-launcher (kubevirt/kubevirt, pkg/virt-controller/services). */
const OF_KUBEVIRT = /^(?:compute|container-disk-binary|guest-console-log)$/

function isRun(workload: ContainerPlace['workload']): boolean {
  return workload?.group !== undefined && RUN.test(workload.kind)
}

/** A workload that an operator makes is changed in what the operator reads, and a run in what it was started from; null for any other. */
function operatedEdit(
  invocation: Invocation,
  place: ContainerPlace,
  what: string,
  workloads: number,
): StepText | null {
  const { namespace, workload, container, clues = [] } = place
  const made = clueOf(clues, 'made-by')
  if (made !== undefined) return { text: madeEdit(MAKERS[made.maker], container, what) }
  const show = kubectlCommand(invocation, `get ${workloadArgument(place)} -o yaml`, namespace)
  if (workload !== null && isRun(workload))
    return {
      text: `${what} in the template, pipeline, or manifest that ${objectName(workload)} was started from, and start it again: a run keeps what it began with${forFirst(workloads)}; this shows the run`,
      command: show,
    }
  if (workload !== null && isVirtualMachine(workload) && what === SET_IMAGE && OF_KUBEVIRT.test(container))
    return {
      text: `${what} where KubeVirt's own images are set (imageRegistry and imageTag in the KubeVirt object, or its operator): container ${container} runs one of those, whatever the virtual machine is${forFirst(workloads)}; this shows the KubeVirt object`,
      command: kubectlCommand(invocation, 'get kubevirts.kubevirt.io -A -o yaml'),
    }
  if (workload !== null && isVirtualMachine(workload))
    return {
      text: `${what} in the VirtualMachine that owns ${objectName(workload)} (for a disk, of its containerDisk under volumes), and restart it (\`virtctl restart\`); KubeVirt refuses this change in the VirtualMachineInstance itself, so delete and recreate one without an owner${forFirst(workloads)}; this shows it`,
      command: show,
    }
  const operated = clueOf(clues, 'operated')
  if (operated === undefined) return null
  const { name, resource } = operated
  const operator = name ?? 'its operator'
  const which =
    resource === null
      ? `that ${operator} reads`
      : resource.kind === null
        ? `${resource.name} (label ${resource.label})`
        : `${resource.kind} ${resource.name}`
  const edit = resource === null || resource.kind === null ? null : `${resource.kind}/${resource.name}`
  return {
    text: `${what} in the custom resource ${which}: ${operator} reverts changes to ${workloadPath(place)} itself${thenDelete(place)}${forFirst(workloads)}${edit === null ? `; this shows ${workloadPath(place)}` : ''}`,
    command: edit === null ? show : kubectlCommand(invocation, `edit ${shellWord(edit)}`, namespace),
  }
}

function madeEdit(maker: MakerWords, container: string, what: string): string {
  const { name, image, settings, again } = maker
  const where = what === SET_IMAGE ? image(container) : settings
  return `${what} ${where}, then ${again}: ${name} created the pod ${purposeOf(maker)}`
}

/** Why a corrected template alone does not reach the pods of one workload (kubernetes/kubernetes#67250 for StatefulSets). */
const UNREPLACED: Record<Unreplaced, (pods: string, kind: string) => string> = {
  'one-by-one': pods => `then delete ${pods}, as a StatefulSet does not replace a pod that is not ready`,
  'perhaps-one-by-one': pods =>
    `then delete ${pods} if the StatefulSet does not: by default, it does not replace a pod that is not ready`,
  'on-delete': (pods, kind) =>
    `then delete ${pods}, as a ${kind} with the update strategy OnDelete does not replace pods by itself`,
  'no-updates': (pods, kind) =>
    `then delete ${pods}, as a ${kind} without a Deployment uses a changed template for new pods only`,
}

/** The most pods that a sentence names. */
const MAX_PODS = 3

/** Returns what has to follow a change of the workload's template, after a semicolon; empty if the change replaces its pods. */
function thenDelete(first: ContainerPlace, all: readonly ContainerPlace[] = [first]): string {
  const why = clueOf(first.clues ?? [], 'not-replaced')?.why
  if (why === undefined) return ''
  const own = all.filter(place => workloadKey(place) === workloadKey(first)).map(({ pod }) => pod)
  const names = [...new Set(own)]
  const pods = `${names.length === 1 ? 'pod' : 'pods'} ${shortList(names, MAX_PODS)}`
  return `; ${UNREPLACED[why](pods, first.workload?.kind ?? 'controller')}`
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
  const elsewhere = operatedEdit(invocation, place, text, workloads)
  if (elsewhere !== null) return elsewhere
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

/** Returns the words and the command that sets the image, with the edit's own words where that is more than one command. */
export function withEdit(words: string, first: ContainerPlace, edit: StepText, workloads = 1): StepText {
  const { workload, managedBy, containerKind } = first
  const isPlain =
    edit.command !== undefined &&
    workload?.kind !== 'Job' &&
    managedBy === undefined &&
    !isMadeElsewhere(first) &&
    containerKind !== 'volume' &&
    containerKind !== 'ephemeral'
  return {
    ...edit,
    text: `${words}${isPlain ? `${thenDelete(first)}${forFirst(workloads)}` : `. ${edit.text}`}`,
  }
}

/** Returns how to give pods the secrets of their service account that their own list hides. */
export function hiddenSecretEdit(
  invocation: Invocation,
  findings: readonly [ContainerPlace, ...ContainerPlace[]],
  { serviceAccount, secrets }: { serviceAccount: string; secrets: readonly string[] },
): StepText {
  const names = `${secrets.length === 1 ? 'secret' : 'secrets'} ${shortList(secrets, 3)}`
  return editField(
    invocation,
    findings[0],
    `Add ${names} of service account ${serviceAccount} to the pod's own imagePullSecrets, which replace the account's, or remove that list`,
    workloadsOf(findings),
  )
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

function inManifest({ workload }: Pick<Finding, 'workload'>): string {
  return `in the static pod's manifest on node ${workload?.name} (/etc/kubernetes/manifests, unless its kubelet uses another folder)`
}
