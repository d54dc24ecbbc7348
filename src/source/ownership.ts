/** Who controls whom: ownerReferences, owners derived from names and labels, and the pods of the workloads named on the command line. */

import { isObject } from '../json/json-object.ts'
import { isBuiltIn } from '../kubernetes/api/kinds.ts'
import { type Climb, climb, linkOf, type OwnerIndex } from '../snapshot/owners.ts'
import type { ControllerReference, OwnedPod, Pod } from '../snapshot/pod.ts'
import type { MadeFrom, OwnerLink, ScopeSubject } from '../snapshot/snapshot.ts'
import { deploymentRevision, managerIn, templateGeneration, templateHash } from './narrow/marks.ts'
import {
  list,
  nameOf,
  namespaceOf,
  narrowImageName,
  narrowName,
  number,
  record,
  text,
  textOrNull,
} from './narrow/shape.ts'

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
 * its Job's name.
 */
export function derivedOwner({ namespace, controller, templateHash }: OwnedPod): OwnerLink | null {
  if (controller === null) return null
  const above = deploymentOf(controller, templateHash) ?? cronJobOf(controller)
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

/** Returns the ownerReference with `controller: true`; the API server allows at most one. */
export function narrowController(metadata: { ownerReferences?: unknown }): ControllerReference | null {
  const found = list(metadata.ownerReferences)
    .map(record)
    .find(reference => reference.controller === true && text(reference.name) !== '')
  if (found === undefined) return null
  return {
    apiVersion: narrowName(found.apiVersion),
    kind: narrowName(found.kind),
    name: narrowName(found.name),
    uid: text(found.uid),
  }
}

/** Returns a controller with its own controller; null without a name. Items of a list have no kind, so the caller passes it. */
export function narrowOwner(raw: unknown, kind: string): OwnerLink | null {
  const name = nameOf(raw)
  if (name === null) return null
  const metadata = record(record(raw).metadata)
  const ordered = kind === 'StatefulSet' ? orderedUpdate(raw) : null
  const managedBy = managerIn(metadata)
  const revision = kind === 'ReplicaSet' ? revisionOf(raw, metadata) : null
  const template = templateOf(raw, kind)
  return {
    namespace: namespaceOf(raw),
    kind,
    name,
    uid: text(metadata.uid),
    controller: narrowController(metadata),
    ...(managedBy === null ? {} : { managedBy }),
    ...(ordered === null ? {} : { ordered }),
    ...updateOf(raw, kind),
    ...(revision === null ? {} : { revision }),
    ...(template === null ? {} : { template }),
    ...(kind === 'CronJob' && isObject(record(raw).spec) ? { concurrencyPolicy: policyOf(raw) } : {}),
  }
}

/** null if only the metadata was read, if no Deployment made the ReplicaSet, or if it has no pods. */
function revisionOf(
  raw: unknown,
  metadata: Record<string, unknown>,
): NonNullable<OwnerLink['revision']> | null {
  const status = record(record(raw).status)
  const revision = Number(deploymentRevision(metadata))
  if (!(revision > 0) || number(status.replicas, 0) === 0) return null
  return { number: revision, ready: number(status.readyReplicas, 0) }
}

/** How a pod shows that it was made from the template that the object has now; null if it does not show that. */
const MARKS: Partial<Record<string, (object: Record<string, unknown>) => string | null>> = {
  // Its Deployment gave the ReplicaSet this label, and never changes its template.
  ReplicaSet: ({ metadata }) => templateHash(record(metadata)),
  StatefulSet: object => (isObserved(object) ? textOrNull(record(object.status).updateRevision) : null),
  DaemonSet: ({ metadata }) => templateGeneration(record(metadata)),
}

/** null if only the metadata was read, and for kinds whose pods may be of another template. */
function templateOf(raw: unknown, kind: string): MadeFrom | null {
  const object = record(raw)
  const mark = MARKS[kind]?.(object) ?? null
  const spec = record(record(record(object.spec).template).spec)
  const containers = [spec.initContainers, spec.containers].flatMap(list).filter(isObject)
  // A Job's template never changes.
  if ((mark === null && kind !== 'Job') || containers.length === 0) return null
  const images = containers.map(({ name, image }) => [narrowName(name), narrowImageName(image)])
  return { mark, images: Object.fromEntries(images) }
}

/** Whether the status is of the newest spec. */
function isObserved({ metadata, status }: Record<string, unknown>): boolean {
  return number(record(status).observedGeneration, 0) >= number(record(metadata).generation, 0)
}

/** Runs may overlap unless a CronJob forbids it. */
function policyOf(raw: unknown): string {
  return text(record(record(raw).spec).concurrencyPolicy) || 'Allow'
}

function updateOf(raw: unknown, kind: string): Pick<OwnerLink, 'update'> {
  const spec = record(raw).spec
  if ((kind !== 'StatefulSet' && kind !== 'DaemonSet') || !isObject(spec)) return {}
  const { updateStrategy, podManagementPolicy } = record(spec)
  if (record(updateStrategy).type === 'OnDelete') return { update: 'on-delete' }
  return { update: podManagementPolicy === 'Parallel' ? 'parallel' : 'rolling' }
}

/** null if only the metadata was read, if pods are updated in parallel or by hand, or if the newest template is not observed yet. */
function orderedUpdate(raw: unknown): NonNullable<OwnerLink['ordered']> | null {
  const [spec, status] = ['spec', 'status'].map(part => record(record(raw)[part]))
  const revision = text(status?.updateRevision)
  const { type, rollingUpdate } = record(spec?.updateStrategy)
  const isSeen = isObserved(record(raw))
  if (revision === '' || !isSeen || spec?.podManagementPolicy === 'Parallel' || type === 'OnDelete')
    return null
  const first = number(record(spec?.ordinals).start, 0)
  return {
    revision,
    from: first + number(record(rollingUpdate).partition, 0),
    below: first + number(spec?.replicas, 1),
  }
}
