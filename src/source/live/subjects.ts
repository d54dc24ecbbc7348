/**
 * Reads the pods and workloads named on the command line: a pod by name, even if healthy, and a workload's pods by its own selector, at a
 * cost that grows with those pods, not with the namespace.
 */

import { UsageError } from '../../errors.ts'
import { isForbidden, isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { keyOf } from '../../snapshot/object-key.ts'
import type { RolloutKind } from '../../snapshot/rollout.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import { selectorOf } from '../label-selector.ts'
import { narrowController } from '../narrow/controller.ts'
import { narrowPod } from '../narrow/pod.ts'
import type { RequestedSubject } from '../subject-names.ts'
import { noSuchPod, noSuchWorkload } from './missing-subjects.ts'
import { readPodsIn, type ScopePods } from './pods.ts'
import { readEvents } from './pull-events.ts'
import type { Reading } from './reading.ts'

export interface SubjectPods extends ScopePods {
  /** The subjects with their namespaces. */
  subjects: ScopeSubject[]
  /** Whether `count` includes only their pods. */
  isExact: boolean
}

/**
 * Returns the pods of all subjects, and others that their selectors match. A workload that can't be read is a gap, and the whole namespace
 * is read instead; pods that are forbidden are a gap, too.
 * @param mayBeGone whether a missing subject just has no pods
 * @throws UsageError, NoSuchPod for a missing subject; ApiError
 */
export async function readSubjects(
  reading: Reading,
  named: readonly RequestedSubject[],
  mayBeGone = false,
): Promise<SubjectPods> {
  const once = new Map(named.map(one => [`${one.kind}/${one.namespace}/${one.name}`, one]))
  const read = await bounded([...once.values()], AT_ONCE, async subject => {
    try {
      return await readSubject(reading, subject)
    } catch (error) {
      if (!mayBeGone || !(error instanceof UsageError)) throw error
      const { kind, name, namespace } = subject
      return { ...EMPTY_SUBJECT, subject: { kind, name, namespace: namespace ?? reading.namespace } }
    }
  })
  const pods = new Map(read.flatMap(each => each.pods.map(pod => [keyOf(pod), pod])))
  return {
    subjects: read.map(({ subject }) => subject),
    isExact: read.every(({ isExact }) => isExact),
    count: read.reduce((sum, { count }) => sum + count, 0),
    pods: [...pods.values()],
    events: [...new Set(read.flatMap(({ events }) => events))],
  }
}

type OneSubject = ScopePods & { subject: ScopeSubject; isExact: boolean }

const EMPTY_SUBJECT = { count: 0, pods: [], events: [], isExact: true }

async function readSubject(reading: Reading, named: RequestedSubject): Promise<OneSubject> {
  const subject = await resolveMeaning(reading, named)
  const { kind, name } = subject
  if (kind === 'Pod') return { ...(await readPod(reading, subject.namespace, name)), subject, isExact: true }
  const selector = await podSelector(reading, subject.namespace, kind, name)
  if (selector === NO_PODS) return { ...EMPTY_SUBJECT, subject }
  const own = reading.withOwnGaps(selector ?? undefined)
  try {
    const found = await readPodsIn(own, subject.namespace)
    return { ...found, subject, isExact: selector !== null }
  } catch (error) {
    if (!isForbidden(error)) throw error
    own.recordGap(error, KINDS.Pod, subject.namespace)
    return { ...EMPTY_SUBJECT, subject }
  } finally {
    reading.gaps.push(...own.gaps)
  }
}

export type NamespacedSubject = ScopeSubject & { namespace: string }

/** Decides between the two meanings of a name, and returns its namespace. */
export async function resolveMeaning(
  reading: Reading,
  { kind, name, namespace, orPodIn }: RequestedSubject,
): Promise<NamespacedSubject> {
  return orPodIn !== undefined && (await hasPod(reading, orPodIn, name))
    ? { kind: 'Pod', name, namespace: orPodIn }
    : { kind, name, namespace: namespace ?? reading.namespace }
}

/** Whether the pod exists. Only for the choice between two meanings, so a pod that can't be read counts as missing. */
async function hasPod(reading: Reading, namespace: string, name: string): Promise<boolean> {
  try {
    await reading.get(KINDS.Pod, namespace, name, { metadataOnly: true })
    return true
  } catch (error) {
    rethrowUnlessApiError(error)
    return false
  }
}

export type WorkloadKind = Exclude<RolloutKind, 'Pod'>

const NO_PODS: unique symbol = Symbol('no pods')

/** Returns the selector of the workload's pods; null if only owners can show which pods they are, NO_PODS if there can't be any. */
async function podSelector(
  reading: Reading,
  namespace: string,
  kind: WorkloadKind,
  name: string,
): Promise<string | null | typeof NO_PODS> {
  const known = KINDS[kind] as Kind<ControllerObject>
  try {
    const { spec } = await reading.get(known, namespace, name)
    return kind === 'CronJob'
      ? await selectorOfJobs(reading, namespace, name)
      : selectorOf(kind, spec) || null
  } catch (error) {
    if (isNotFound(error)) throw await noSuchWorkload(reading, namespace, known, name)
    if (!isForbidden(error)) throw error
    reading.recordGap(error, known, namespace)
    return null
  }
}

/** Returns a selector for the pods of a CronJob's Jobs by Job names, because a CronJob has no selector. */
async function selectorOfJobs(
  reading: Reading,
  namespace: string,
  name: string,
): Promise<string | null | typeof NO_PODS> {
  const jobs = await reading.listed(KINDS.Job, namespace, { metadataOnly: true }, ({ metadata }) => {
    const owner = narrowController(metadata)
    return owner?.kind === 'CronJob' && owner.name === name ? metadata.name : null
  })
  if (jobs.length === 0) return NO_PODS
  return jobs.length > MOST_JOBS ? null : `job-name in (${jobs.join(',')})`
}

/** As many names as safely fit into a URL. */
const MOST_JOBS = 50

/** Returns the pod and its events; a gap if it is forbidden. @throws NoSuchPod; ApiError */
export async function readPod(reading: Reading, namespace: string, name: string): Promise<ScopePods> {
  try {
    const [raw, events] = await Promise.all([
      reading.get(KINDS.Pod, namespace, name),
      readEvents(reading, namespace, name),
    ])
    const pod = narrowPod(raw)
    return { count: 1, pods: pod === null ? [] : [pod], events }
  } catch (error) {
    if (isNotFound(error)) throw await noSuchPod(reading, namespace, name)
    if (!isForbidden(error)) throw error
    reading.recordGap(error, KINDS.Pod, namespace)
    return { count: 0, pods: [], events: [] }
  }
}
