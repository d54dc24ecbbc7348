/** Narrows a controller as the owner of pods, and the reference to one. */

import {
  isObject,
  type JsonObject,
  list,
  number,
  present,
  record,
  text,
  textOrNull,
} from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowImageName, narrowName } from '../../secrecy/foreign-text.ts'
import type { ControllerReference } from '../../snapshot/pod.ts'
import type { MadeFrom, OwnerLink } from '../../snapshot/snapshot.ts'
import { imageTriggers } from './image-triggers.ts'
import { managerIn } from './managers.ts'
import { deploymentRevision, templateGeneration, templateHash } from './marks.ts'
import { narrowPolicy } from './pod-containers.ts'
import { rolloutStall } from './rollout-stall.ts'

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
  const object = record(raw)
  const metadata = record(object.metadata)
  return {
    namespace: namespaceOf(raw),
    kind,
    name,
    uid: text(metadata.uid),
    controller: narrowController(metadata),
    ...present({
      managedBy: managerIn(metadata),
      ordered: kind === 'StatefulSet' ? orderedUpdate(object) : null,
      update: updateOf(object, kind),
      partition: kind === 'StatefulSet' ? partitionOf(object) : null,
      paused: kind === 'Deployment' && record(object.spec).paused === true ? (true as const) : null,
      stall: kind === 'Deployment' && isObserved(object) ? rolloutStall(object.status) : null,
      revision: kind === 'ReplicaSet' ? revisionOf(object) : null,
      template: templateOf(object, kind),
      imageTriggers: imageTriggers(object, kind),
      concurrencyPolicy: kind === 'CronJob' && isObject(object.spec) ? policyOf(object.spec) : null,
    }),
  }
}

/** null if only the metadata was read, if no Deployment made the ReplicaSet, or if it has no pods. */
function revisionOf({ metadata, status }: JsonObject): NonNullable<OwnerLink['revision']> | null {
  const revision = Number(deploymentRevision(record(metadata)))
  const { replicas, readyReplicas } = record(status)
  if (!(revision > 0) || number(replicas, 0) === 0) return null
  return { number: revision, ready: number(readyReplicas, 0) }
}

/** What a pod that was made from the template that the object has now shows of that; null if nothing. */
const MARKS: Partial<Record<string, (object: JsonObject) => string | null>> = {
  // Its Deployment gave the ReplicaSet this label, and never changes its template.
  ReplicaSet: ({ metadata }) => templateHash(record(metadata)),
  StatefulSet: object => (isObserved(object) ? textOrNull(record(object.status).updateRevision) : null),
  DaemonSet: ({ metadata }) => templateGeneration(record(metadata)),
}

/** The spec of a workload's pods, and that of their Job, by the workload's spec; for a pod, its own. */
export function podOf(
  kind: string,
  spec: JsonObject,
): { pod: JsonObject; job: JsonObject | null; annotations: JsonObject } {
  if (kind === 'Pod') return { pod: spec, job: null, annotations: {} }
  const job = kind === 'CronJob' ? record(record(spec.jobTemplate).spec) : kind === 'Job' ? spec : null
  const template = record((job ?? spec).template)
  return { pod: record(template.spec), job, annotations: record(record(template.metadata).annotations) }
}

/** null if only the metadata was read. */
function templateOf(object: JsonObject, kind: string): MadeFrom | null {
  const { pod } = podOf(kind, record(object.spec))
  const containers = [pod.initContainers, pod.containers].flatMap(list).filter(isObject)
  if (containers.length === 0) return null
  const images = containers.map(({ name, image }) => [narrowName(name), narrowImageName(image)])
  const policies = containers.flatMap(({ name, imagePullPolicy }) => {
    const policy = narrowPolicy(imagePullPolicy)
    return policy === null || policy === 'Always' ? [] : [[narrowName(name), policy] as const]
  })
  // A Job's template never changes.
  const mark = kind === 'Job' ? null : (MARKS[kind]?.(object) ?? undefined)
  return {
    ...(mark === undefined ? {} : { mark }),
    images: Object.fromEntries(images),
    ...(policies.length > 0 && { policies: Object.fromEntries(policies) }),
    pullSecrets: list(pod.imagePullSecrets).flatMap(secret => narrowName(record(secret).name) || []),
  }
}

/** Whether the status is of the newest spec. */
function isObserved({ metadata, status }: JsonObject): boolean {
  return number(record(status).observedGeneration, 0) >= number(record(metadata).generation, 0)
}

/** Runs may overlap unless a CronJob forbids it. */
function policyOf({ concurrencyPolicy }: JsonObject): string {
  return text(concurrencyPolicy) || 'Allow'
}

/** null if only the metadata was read, and for other kinds. */
function updateOf({ spec }: JsonObject, kind: string): OwnerLink['update'] | null {
  if ((kind !== 'StatefulSet' && kind !== 'DaemonSet') || !isObject(spec)) return null
  const { updateStrategy, podManagementPolicy } = spec
  if (record(updateStrategy).type === 'OnDelete') return 'on-delete'
  return podManagementPolicy === 'Parallel' ? 'parallel' : 'rolling'
}

/** null without one, and if it has no effect: only rolling updates have it. */
function partitionOf({ spec }: JsonObject): NonNullable<OwnerLink['partition']> | null {
  const { updateStrategy, ordinals } = record(spec)
  const { type, rollingUpdate } = record(updateStrategy)
  const pods = number(record(rollingUpdate).partition, 0)
  return type === 'OnDelete' || pods <= 0 ? null : { pods, first: number(record(ordinals).start, 0) }
}

/** null if only the metadata was read, if pods are updated in parallel or by hand, or if the newest template is not observed yet. */
function orderedUpdate(object: JsonObject): NonNullable<OwnerLink['ordered']> | null {
  const { updateStrategy, podManagementPolicy, ordinals, replicas } = record(object.spec)
  const revision = text(record(object.status).updateRevision)
  const { type, rollingUpdate } = record(updateStrategy)
  const isOneByOne = podManagementPolicy !== 'Parallel' && type !== 'OnDelete'
  if (revision === '' || !isOneByOne || !isObserved(object)) return null
  const first = number(record(ordinals).start, 0)
  return {
    revision,
    from: first + number(record(rollingUpdate).partition, 0),
    below: first + number(replicas, 1),
  }
}
