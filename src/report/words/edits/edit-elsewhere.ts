/** Changes of a container that belong somewhere else than in its workload: in a manifest on the node, in what deploys or operates it, or in what started it. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { ObjectManager } from '../../../snapshot/fix-objects.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { isStatic, workloadArgument, workloadPath } from '../commands.ts'
import { objectName } from '../nouns.ts'
import type { StepText } from '../step-words.ts'
import { type ContainerPlace, forFirst, thenDelete } from './container-place.ts'
import { MAKERS, type MakerWords, purposeOf } from './makers.ts'
import { managedChange } from './managers.ts'

export const SET_IMAGE = 'Set the correct image'

/** Returns how to change a container where its definition comes from; null if that is the workload itself. */
export function editElsewhere(
  invocation: Invocation,
  place: ContainerPlace,
  what: string,
  workloads: number,
): StepText | null {
  const { namespace, pod, containerKind, managedBy } = place
  if (isStatic(place)) return { text: `${what} ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return otherDebugContainer(invocation, namespace, pod)
  return managedBy === undefined
    ? operatedEdit(invocation, place, what, workloads)
    : managedEdit(invocation, place, { what, manager: managedBy, workloads })
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
export function isMadeElsewhere({ workload, clues = [] }: ContainerPlace): boolean {
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

/** A debug container can't be changed and exists as long as its pod. */
export function otherDebugContainer(
  invocation: Invocation,
  namespace: string,
  pod: string,
  text = 'Start another debug container with the correct image: this one can be neither changed nor removed, and does no harm',
): StepText {
  return {
    text,
    command: kubectlCommand(invocation, `debug ${shellWord(pod)} -it --image=<image>`, namespace),
  }
}

function inManifest({ workload }: Pick<Finding, 'workload'>): string {
  return `in the static pod's manifest on node ${workload?.name} (/etc/kubernetes/manifests, unless its kubelet uses another folder)`
}
