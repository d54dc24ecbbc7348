/** Steps that change what a container is made of: which object holds it, and how that object can be changed. */

import type { Finding } from '../../diagnosis/finding.ts'
import { shellWord } from '../escape.ts'
import { isStatic, workloadPath } from './commands.ts'
import { counted } from './count.ts'
import type { Step } from './told.ts'

/** What `kubectl set image` can change (kubectl set image --help); a Job's template never changes. */
const SETTABLE = /^(?:pod|replicationcontroller|deployment|daemonset|statefulset|cronjob|replicaset)$/i

/** Where a container is defined. */
export type ContainerPlace = Pick<Finding, 'namespace' | 'pod' | 'workload' | 'container' | 'containerKind'>

/**
 * How to give the container another image: `known`, and behind it what the user has to choose. That stands outside of the
 * quotes, as `<tag>`: a shell refuses the whole line until something is in its place.
 */
export function setImage(place: ContainerPlace, known: string, open: string): Step {
  const { namespace, pod, container, containerKind, workload } = place
  if (isStatic(place)) return { say: `Set the right image ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return anotherDebugContainer(namespace, pod)
  if (workload?.kind === 'Job')
    return {
      say: `Delete job ${workload.name} and create it with the right image: a Job's template can't be changed`,
    }
  if (!SETTABLE.test(workload?.kind ?? 'Pod') || containerKind === 'volume')
    return editField(place, 'Set the right image')
  const what = `${shellWord(workloadPath(place))} ${shellWord(`${container}=${known}`)}${open}`
  return {
    say: 'Set the right image (at its source, where GitOps keeps it)',
    command: `kubectl -n ${shellWord(namespace)} set image ${what}`,
  }
}

/** How to change another field of the container, which no kubectl command sets. */
export function editField(place: ContainerPlace, say: string): Step {
  const { namespace, pod, containerKind, workload } = place
  if (isStatic(place)) return { say: `${say} ${inManifest(place)}` }
  if (containerKind === 'ephemeral') return anotherDebugContainer(namespace, pod)
  const what = workloadPath(place)
  const kubectl = `kubectl -n ${shellWord(namespace)}`
  return workload === null || workload.kind === 'Job'
    ? {
        say: `${say}; ${what} itself can't be changed, so save it, delete it and create it anew`,
        command: `${kubectl} get ${shellWord(what)} -o yaml`,
      }
    : { say, command: `${kubectl} edit ${shellWord(what)}` }
}

/** A debug container never changes and goes with its pod. */
export function anotherDebugContainer(
  namespace: string,
  pod: string,
  say = "Start another debug container with the right image: this one can't be changed",
): Step {
  return {
    say,
    command: `kubectl -n ${shellWord(namespace)} debug ${shellWord(pod)} -it --image=<image>`,
  }
}

/** The step for the first of these findings, with how many workloads need one like it. */
export function forEach(step: Step, findings: readonly Finding[]): Step {
  const workloads = new Set(findings.map(finding => `${finding.namespace} ${workloadPath(finding)}`)).size
  if (step.command === undefined || workloads === 1) return step
  return { ...step, say: `${step.say}; here for the first of ${counted(workloads, 'workload')}` }
}

/** The image as written, up to the tag. */
export function untagged(image: string): string {
  return `${image.replace(/@.*$/s, '').replace(/:[^/:]*$/, '')}:`
}

function inManifest({ workload }: Pick<Finding, 'workload'>): string {
  return `in the static pod's manifest on node ${workload?.name} (/etc/kubernetes/manifests, unless its kubelet has another folder)`
}
