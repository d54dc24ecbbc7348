/** Which workloads a pod belongs to, by its owners or by names and labels, and the pods of the workloads named on the command line. */

import { isBuiltIn } from '../kubernetes/api/kinds.ts'
import { type Climb, climb, linkOf, type OwnerIndex } from '../snapshot/owners.ts'
import type { ControllerReference, OwnedPod, Pod } from '../snapshot/pod.ts'
import type { OwnerLink, ScopeSubject } from '../snapshot/snapshot.ts'

/** The parts of a pod that show which workload it belongs to. */
export type NamedPod = OwnedPod & Pick<Pod, 'name'>

/** Returns a test of whether a pod belongs to one of the subjects. @param owners the known controllers */
export function belongsTo(subjects: readonly ScopeSubject[], owners: OwnerIndex): (pod: NamedPod) => boolean {
  return pod => {
    const { steps } = climbBuiltIn(pod, owners)
    return subjects.some(
      ({ kind, name, namespace }) =>
        (namespace === null || namespace === pod.namespace) &&
        (kind === 'Pod'
          ? name === pod.name
          : steps.some(({ owner }) => owner.kind === kind && owner.name === name)),
    )
  }
}

/** The topmost known controller of the pod as TYPE/NAME; null for a pod without one. */
export function topmostWorkload(pod: OwnedPod, owners: OwnerIndex): string | null {
  const top = climbBuiltIn(pod, owners).steps.at(-1)?.owner
  return top === undefined ? null : `${top.kind.toLowerCase()}/${top.name}`
}

/** Goes through the built-in controllers above the pod. What its own controller belongs to can also show in names and labels. */
export function climbBuiltIn(pod: OwnedPod, owners: OwnerIndex): Climb<OwnerLink> {
  const objectOf = (owner: ControllerReference) =>
    linkOf(owner, pod.namespace, owners) ?? (owner === pod.controller ? derivedOwner(pod) : null)
  return climb(pod.controller, objectOf, isBuiltIn)
}

/**
 * Returns the link that the pod's controller would have, for a controller that is not in the dump or can't be read; null if it can't be
 * derived. A Deployment labels its pods with the hash that it appends to its ReplicaSet's name; a CronJob appends the scheduled minute to
 * its Job's name; a DeploymentConfig notes its name on its pods.
 */
export function derivedOwner(pod: OwnedPod): OwnerLink | null {
  const { namespace, controller, templateHash, deploymentConfig } = pod
  if (controller === null) return null
  const above =
    deploymentOf(controller, templateHash) ??
    cronJobOf(controller) ??
    deploymentConfigOf(controller, deploymentConfig)
  if (above === null) return null
  const { kind, name, uid } = controller
  return { namespace, kind, name, uid, controller: { ...above, uid: '' }, derived: true }
}

type Above = Omit<ControllerReference, 'uid'> | null

function deploymentOf({ apiVersion, kind, name }: ControllerReference, templateHash = ''): Above {
  if (kind !== 'ReplicaSet' || !apiVersion.startsWith('apps/') || templateHash === '') return null
  const end = name.length - templateHash.length - 1
  if (end < 1 || name.slice(end) !== `-${templateHash}`) return null
  return { apiVersion, kind: 'Deployment', name: name.slice(0, end) }
}

function deploymentConfigOf({ apiVersion, kind }: ControllerReference, name = ''): Above {
  if (kind !== 'ReplicationController' || apiVersion !== 'v1' || name === '') return null
  return { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name }
}

function cronJobOf({ apiVersion, kind, name }: ControllerReference): Above {
  const [, start = '', digits = ''] = /^(.+)-(\d{8}|\d{10})$/.exec(name) ?? []
  if (kind !== 'Job' || !apiVersion.startsWith('batch/') || !isSchedule(digits)) return null
  return { apiVersion, kind: 'CronJob', name: start }
}

/** Minutes since 1970, or seconds as before Kubernetes 1.21. Excludes a date such as 20261128 and a build number. */
function isSchedule(digits: string): boolean {
  const minutes = digits.length === 8 ? Number(digits) : Number(digits) / 60
  return minutes > FIRST && minutes < LAST
}

/** The beginning of 2016 and of 2050, in minutes since 1970. */
const FIRST = 24_193_440
const LAST = 42_076_800
