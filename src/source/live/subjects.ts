/**
 * Reads the pods and workloads named on the command line: a pod by name, even if healthy, and a workload's pods by its own selector, at a
 * cost that grows with those pods, not with the namespace.
 */

import { UsageError } from '../../errors.ts'
import { isForbidden, isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, controllerKind, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { climbReading } from '../../snapshot/owners.ts'
import { type ControllerReference, podKey } from '../../snapshot/pod.ts'
import type { RolloutKind } from '../../snapshot/rollout.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import { narrowController, selectorOf } from '../narrow/controller.ts'
import { narrowPod } from '../narrow/pod.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { otherTypeSentence, type RequestedSubject } from '../subject-names.ts'
import { NoSuchPod } from '../suspects.ts'
import { readEvents } from './pod-lists.ts'
import { assertExists, noNamespace, readPodsIn, type ScopePods } from './pods.ts'
import type { Reading } from './reading.ts'
import type { ObjectName } from './related-objects.ts'

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
  const pods = new Map(read.flatMap(each => each.pods.map(pod => [podKey(pod.namespace, pod.name), pod])))
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

type NamespacedSubject = ScopeSubject & { namespace: string }

/** Decides between the two meanings of a name, and returns its namespace. */
async function resolveMeaning(
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

type WorkloadKind = Exclude<RolloutKind, 'Pod'>

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
  const jobs: string[] = []
  await reading.list(KINDS.Job, namespace, { metadataOnly: true, limit: 500 }, ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
    if (owner?.kind === 'CronJob' && owner.name === name) jobs.push(metadata.name)
  })
  if (jobs.length === 0) return NO_PODS
  return jobs.length > MOST_JOBS ? null : `job-name in (${jobs.join(',')})`
}

/** As many names as safely fit into a URL. */
const MOST_JOBS = 50

async function noSuchWorkload(
  reading: Reading,
  namespace: string,
  kind: Kind<ControllerObject>,
  name: string,
): Promise<UsageError> {
  const names = await orNone(reading.names(kind, namespace))
  if (names.length === 0) await assertExists(reading, namespace)
  return new UsageError(notFoundText(kind, { namespace, name }, names))
}

/** Returns that no such object exists, and those that may have been meant. @param names those that exist */
function notFoundText(
  { kind, resource }: Kind<unknown>,
  { namespace, name }: ObjectName,
  names: readonly string[],
): string {
  const near = nearNames(name, names)
  const hint = near.length > 0 ? didYouMean(near) : `\`kubectl get ${resource} -n ${namespace}\` lists them.`
  return `${notFound(kind, { namespace, name })}: ${hint}`
}

function notFound(kind: string, { namespace, name }: ObjectName): string {
  return `${kind} "${name}" not found in namespace "${namespace}"`
}

/** Returns no names if they can't be read, because they are only a hint. */
function orNone(names: Promise<string[]>): Promise<string[]> {
  return names.catch(error => {
    rethrowUnlessApiError(error)
    return []
  })
}

/** A named pod or workload, and the topmost readable workload above it, which can be the same. */
export interface Topmost {
  named: NamespacedSubject
  top: NamespacedSubject
}

/**
 * Climbs from each named pod or workload to the topmost built-in controller above it. A name that can't be read is its own topmost.
 * @param isLost whether a pod that does not exist is still allowed
 * @throws UsageError, NoSuchPod for one that does not exist; ApiError
 */
export async function readTopmost(
  reading: Reading,
  named: readonly RequestedSubject[],
  isLost: (pod: { namespace: string; name: string }) => boolean,
): Promise<Topmost[]> {
  return bounded(named, AT_ONCE, async one => {
    const subject = await resolveMeaning(reading, one)
    const { kind, name, namespace } = subject
    const known = KINDS[kind] as Kind<ControllerObject>
    try {
      const { metadata } = await reading.get(known, namespace, name, { metadataOnly: true })
      return { named: subject, top: await topmostAbove(reading, subject, narrowController(metadata)) }
    } catch (error) {
      if (!isNotFound(error) && !isForbidden(error)) throw error
      if (isNotFound(error) && kind !== 'Pod') throw await noSuchWorkload(reading, namespace, known, name)
      if (isNotFound(error) && !isLost(subject)) throw await noSuchPod(reading, namespace, name)
      return { named: subject, top: subject }
    }
  })
}

/** Returns the highest readable built-in controller; `from` if owners own each other. @throws ApiError */
async function topmostAbove(
  reading: Reading,
  from: NamespacedSubject,
  first: ControllerReference | null,
): Promise<NamespacedSubject> {
  const read = async (owner: ControllerReference) => {
    const kind = controllerKind(owner)
    const object = kind && (await readable(reading, kind, from.namespace, owner.name))
    return object && { uid: object.metadata.uid, controller: narrowController(object.metadata) }
  }
  const { steps, end } = await climbReading(first, read)
  const top = end === 'circular' ? undefined : steps.findLast(({ object }) => object !== null)?.owner
  return top === undefined
    ? from
    : { kind: top.kind as WorkloadKind, name: top.name, namespace: from.namespace }
}

/** Returns null if the object does not exist or reading it is not allowed. @throws ApiError */
async function readable(
  reading: Reading,
  kind: Kind<ControllerObject>,
  namespace: string,
  name: string,
): Promise<Pick<ControllerObject, 'metadata'> | null> {
  try {
    return await reading.get(kind, namespace, name, { metadataOnly: true })
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error
    return null
  }
}

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

async function noSuchPod(reading: Reading, namespace: string, name: string): Promise<NoSuchPod> {
  const names = await orNone(podNames(reading, namespace))
  if (names.length === 0) await assertExists(reading, namespace).catch(asNoSuchPod(namespace))
  const type = otherTypeSentence(name)
  return new NoSuchPod(
    type === null
      ? notFoundText(KINDS.Pod, { namespace, name }, names)
      : `${notFound(KINDS.Pod.kind, { namespace, name })}, and ${type}.`,
  )
}

/** For a namespace that can also have been meant as a type. */
function asNoSuchPod(namespace: string): (error: unknown) => never {
  const type = otherTypeSentence(namespace)
  return error => {
    if (!(error instanceof UsageError)) throw error
    throw new NoSuchPod(type === null ? error.message : `${noNamespace(namespace)}, and ${type}.`)
  }
}

async function podNames(reading: Reading, namespace: string): Promise<string[]> {
  const names: string[] = []
  await reading.podTable(
    namespace,
    ({ cells }) => names.push(String(cells[0])),
    ({ metadata }) => names.push(metadata.name),
  )
  return names
}
