/** Reads workloads with their revisions and pods, and narrows them to what shows the state of a rollout. */

import { isObject, type JsonObject, list, number, record, text, textOrNull } from '../../json/json-object.ts'
import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import { type ControllerObject, KINDS, type Kind, nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { redact } from '../../secrecy/redact.ts'
import type {
  RolloutKind,
  RolloutPod,
  RolloutRevision,
  RolloutState,
  RolloutSubject,
  RolloutWorkload,
} from '../../snapshot/rollout.ts'
import { selectorOf } from '../label-selector.ts'
import { narrowController } from '../narrow/controller.ts'
import { deploymentRevision, revisionHash } from '../narrow/marks.ts'
import { narrowPod } from '../narrow/pod.ts'
import type { Reading } from './reading.ts'

/** The kind that stores the revisions of a workload kind; the other kinds have no revisions. */
export const REVISIONS: Partial<
  Record<RolloutKind | 'ControllerRevision', 'ReplicaSet' | 'ControllerRevision' | 'Job'>
> = {
  Deployment: 'ReplicaSet',
  DaemonSet: 'ControllerRevision',
  CronJob: 'Job',
}

/** Returns the workload's current state. Pods are read last, so their owners are known. @throws ApiError if it or its pods fail to read */
export async function readRollout(reading: Reading, subject: RolloutSubject): Promise<RolloutState> {
  const { kind, namespace, name } = subject
  const object = await reading.get(KINDS[kind] as Kind<KubernetesObject>, namespace, name).catch(error => {
    if (isNotFound(error)) return null
    throw error
  })
  const workload = object === null ? null : narrowRolloutWorkload(object, kind)
  if (object === null || workload === null) return { workload: null, revisions: [], pods: [] }
  const pod = kind === 'Pod' ? narrowRolloutPod(object) : null
  if (pod !== null) return { workload, revisions: [], pods: [pod] }
  const selector = selectorOf(kind, object.spec as ControllerObject['spec'])
  const listing = selector ? { labelSelector: selector } : {}
  const revisions = await readRevisions(reading, subject, workload.uid, listing)
  const pods = await reading.listed(KINDS.Pod, namespace, listing, narrowRolloutPod)
  return { workload, revisions, pods }
}

/** Returns null if revisions are forbidden: then old and new pods can't be distinguished. */
async function readRevisions(
  reading: Reading,
  { kind, namespace }: RolloutSubject,
  uid: string,
  listing: { labelSelector?: string },
): Promise<RolloutRevision[] | null> {
  const kept = REVISIONS[kind]
  if (kept === undefined) return []
  try {
    return await reading.listed<unknown, RolloutRevision>(KINDS[kept], namespace, listing, object =>
      controllerUidOf(object) === uid ? narrowRevision(object) : null,
    )
  } catch (error) {
    if (isForbidden(error)) return null
    throw error
  }
}

/** Returns the workload; null without a name. An absent field has the API's default. */
export function narrowRolloutWorkload(raw: unknown, kind: RolloutKind): RolloutWorkload | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec, status } = partsOf(raw)
  const strategy = record(spec.strategy ?? spec.updateStrategy)
  return {
    kind,
    namespace: namespaceOf(raw),
    name,
    uid: text(metadata.uid),
    ending: textOrNull(metadata.deletionTimestamp) !== null,
    generation: number(metadata.generation, 0),
    observedGeneration:
      kind === 'Pod' || kind === 'Job' || kind === 'CronJob' ? null : number(status.observedGeneration, 0),
    replicas: replicasOf(kind, spec, status),
    strategy: strategyOf(text(strategy.type)),
    paused: kind === 'Deployment' && spec.paused === true,
    suspended: (kind === 'Job' || kind === 'CronJob') && spec.suspend === true,
    partition: number(record(strategy.rollingUpdate).partition, 0),
    firstOrdinal: number(record(spec.ordinals).start, 0),
    ordered: kind === 'StatefulSet' && spec.podManagementPolicy !== 'Parallel',
    revision: kind === 'Deployment' ? deploymentRevision(metadata) : textOrNull(status.updateRevision),
    earlierRevision: textOrNull(status.currentRevision),
    status: countsOf(kind, status, number(spec.minReadySeconds, 0)),
    job:
      kind === 'Job'
        ? {
            completions: typeof spec.completions === 'number' ? spec.completions : null,
            succeeded: number(status.succeeded, 0),
          }
        : null,
    ended: kind === 'Job' ? endOf(status) : null,
    refusal: refusalIn(status),
  }
}

function partsOf(raw: unknown): Record<'metadata' | 'spec' | 'status', Record<string, unknown>> {
  const { metadata, spec, status } = record(raw)
  return { metadata: record(metadata), spec: record(spec), status: record(status) }
}

function replicasOf(kind: RolloutKind, spec: JsonObject, status: JsonObject): number {
  if (kind === 'DaemonSet') return number(status.desiredNumberScheduled, 0)
  if (kind === 'Job') return number(spec.parallelism, 1)
  return kind === 'CronJob' ? 0 : number(spec.replicas, 1)
}

function strategyOf(type: string): RolloutWorkload['strategy'] {
  return type === 'Recreate' || type === 'OnDelete' ? type : 'RollingUpdate'
}

function countsOf(kind: RolloutKind, status: JsonObject, minReadySeconds: number): RolloutWorkload['status'] {
  if (kind === 'StatefulSet') return countsOfStatefulSet(status, minReadySeconds)
  const [total, updated, available] =
    kind === 'DaemonSet'
      ? [status.currentNumberScheduled, status.updatedNumberScheduled, status.numberAvailable]
      : [status.replicas, status.updatedReplicas, status.availableReplicas]
  return { total: number(total, 0), updated: number(updated, 0), available: number(available, 0) }
}

/** What follows from other counts is taken from these where it is missing: a single revision is the updated one, ready pods are available. */
function countsOfStatefulSet(status: JsonObject, minReadySeconds: number): RolloutWorkload['status'] {
  const [total, current, ready, available] = [
    status.replicas,
    status.currentReplicas,
    status.readyReplicas,
    status.availableReplicas,
  ].map(count => number(count, 0)) as [number, number, number, number]
  const isOneRevision = text(status.updateRevision) !== '' && status.updateRevision === status.currentRevision
  return {
    total,
    updated: number(status.updatedReplicas, isOneRevision ? current : 0),
    available: minReadySeconds === 0 ? Math.max(available, ready) : available,
  }
}

function conditionIn(status: JsonObject, ...types: string[]): JsonObject | undefined {
  return list(status.conditions)
    .map(record)
    .find(({ type, status: holds }) => types.includes(text(type)) && holds === 'True')
}

function endOf(status: JsonObject): RolloutWorkload['ended'] {
  const failed = conditionIn(status, 'Failed', 'FailureTarget')
  const end = failed ?? conditionIn(status, 'Complete', 'SuccessCriteriaMet')
  if (end === undefined) return null
  const { reason, message } = end
  return { as: failed ? 'failed' : 'complete', reason: text(reason), message: redact(text(message)) }
}

function refusalIn(status: JsonObject): string | null {
  const condition = conditionIn(status, 'ReplicaFailure')
  return condition === undefined ? null : redact(text(condition.message) || text(condition.reason))
}

/** Returns the revision that a ReplicaSet, ControllerRevision, or Job represents; null without a name. */
export function narrowRevision(raw: unknown): RolloutRevision | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec } = partsOf(raw)
  const marked = Number(deploymentRevision(metadata))
  const made = Date.parse(text(metadata.creationTimestamp))
  return {
    name,
    uid: text(metadata.uid),
    number: number(record(raw).revision, marked > 0 ? marked : made || 0),
    hash: revisionHash(metadata),
    replicas: typeof spec.replicas === 'number' ? spec.replicas : null,
  }
}

/** Returns the uid of the object's controller; null without one. */
function controllerUidOf(raw: unknown): string | null {
  return narrowController(partsOf(raw).metadata)?.uid || null
}

/** Returns the pod; null without a name. */
export function narrowRolloutPod(raw: unknown): RolloutPod | null {
  const pod = narrowPod(raw)
  if (pod === null) return null
  const { metadata, status } = partsOf(raw)
  const conditions = list(status.conditions).map(record)
  const until = textOrNull(metadata.deletionTimestamp)
  const held = conditions.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False')
  return {
    pod,
    resourceVersion: text(metadata.resourceVersion),
    hash: revisionHash(metadata),
    ready: conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
    ending: until === null ? null : { until, finalizers: list(metadata.finalizers).map(text) },
    unscheduled: isObject(held) ? redact(text(held.message) || text(held.reason)) : null,
  }
}

/** Returns a pod that is waited for itself as a workload. */
export function podAsWorkload({ pod, ending }: RolloutPod): RolloutWorkload {
  const { namespace, name, uid } = pod
  return {
    kind: 'Pod',
    namespace,
    name,
    uid,
    ending: ending !== null,
    generation: 0,
    observedGeneration: null,
    replicas: 1,
    strategy: 'RollingUpdate',
    paused: false,
    suspended: false,
    partition: 0,
    firstOrdinal: 0,
    ordered: false,
    revision: null,
    earlierRevision: null,
    status: { total: 1, updated: 1, available: 1 },
    job: null,
    ended: null,
    refusal: null,
  }
}
