/** Reads what a fix needs beyond the diagnosis: the namespaces, service accounts, Secrets, and workloads that it is allowed to write to. */

import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import { KINDS, type ModelOf } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { byText } from '../../order.ts'
import type { FixObjects, InterruptedPod, PodToRestore, ScopeNamespace } from '../../snapshot/fix-objects.ts'
import { uniqueGaps } from '../../snapshot/snapshot.ts'
import { readWorkloads, type WorkloadOptions } from './fix-workloads.ts'
import type { Reading } from './reading.ts'
import { type AccountOptions, readAccounts, readSecretsNamed, type SecretOptions } from './scope-objects.ts'

export interface FixObjectsOptions extends AccountOptions, SecretOptions, WorkloadOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  /** The namespaces come from the snapshot, so one can have been deleted since. Otherwise, a missing namespace is an error. */
  mayBeGone?: boolean
  excluded: string[]
  /** Bare pods that an interrupted fix of this scope deleted. */
  interruptedPods: InterruptedPod[]
}

/** A bare pod that an interrupted fix deleted and that exists again, with its current uid. */
export type PodBack = [pod: InterruptedPod, uid: string]

/** Reads the scope; all gaps of the reading belong to it. @throws ApiError if not even the namespaces can be read */
export async function readFixObjects(
  reading: Reading,
  options: FixObjectsOptions,
): Promise<Omit<FixObjects, 'clusterUid'> & { podsBack: PodBack[] }> {
  const namespaces = await readScopeNamespaces(reading, options)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !reading.gaps.some(({ why }) => why === 'forbidden')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [serviceAccounts, secrets, owners, [interruptedPods, podsBack]] = await Promise.all([
    readAccounts(reading, scope, options),
    readSecretsNamed(reading, scope, options),
    readWorkloads(reading, { ...options, pods }),
    findInterrupted(reading, options.interruptedPods),
  ])
  const gaps = uniqueGaps(reading.gaps)
  return { namespaces, serviceAccounts, secrets, ...owners, interruptedPods, podsBack, gaps }
}

/**
 * Returns the bare pods deleted by an interrupted fix that don't exist or are still terminating, in namespaces that exist, and those that
 * exist again. What can't be read is a gap. @throws UnreachableError if the server does not answer; ApiError
 */
async function findInterrupted(
  reading: Reading,
  pods: InterruptedPod[],
): Promise<[missing: PodToRestore[], back: PodBack[]]> {
  const missing: PodToRestore[] = []
  const back: PodBack[] = []
  for (const pod of pods) {
    try {
      const found = await reading.get(KINDS.Pod, pod.namespace, pod.name)
      const ending = endingOf(found, pod)
      if (ending === null) back.push([pod, found.metadata.uid])
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending })
    } catch (error) {
      if (!isNotFound(error)) reading.recordGap(error, KINDS.Pod, pod.namespace)
      // A pod whose namespace was deleted need not be re-created.
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending: null })
    }
  }
  return [missing, back]
}

type PodObject = ModelOf<typeof KINDS.Pod>

/** Another pod can have the name by now. Only the deleted pod itself has to be re-created, once it has terminated. */
function endingOf({ metadata }: PodObject, { uid }: InterruptedPod): PodToRestore['ending'] {
  const until = metadata.deletionTimestamp
  return until === undefined || (uid !== null && metadata.uid !== uid) ? null : { uid: metadata.uid, until }
}

async function isLive(reading: Reading, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await reading.get(KINDS.Namespace, null, namespace))
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return isForbidden(error)
  }
}

/** Returns the existing namespaces of the scope, sorted by name. @throws ApiError */
async function readScopeNamespaces(reading: Reading, options: FixObjectsOptions): Promise<ScopeNamespace[]> {
  const { namespaces, excluded, pods } = options
  try {
    const found = await namespaceObjects(reading, options)
    return found.filter(({ name }) => !excluded.includes(name)).sort(byText(({ name }) => name))
  } catch (error) {
    // A user who can write in a namespace may not be allowed to read the namespace object, which only shows whether it is terminating.
    if (!isForbidden(error)) throw error
    if (namespaces === null) reading.recordGap(error, KINDS.Namespace, null)
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
}

async function namespaceObjects(
  reading: Reading,
  { namespaces, mayBeGone }: FixObjectsOptions,
): Promise<ScopeNamespace[]> {
  if (namespaces === null) return reading.listed(KINDS.Namespace, null, {}, narrowNamespace)
  const found = await bounded(namespaces, AT_ONCE, async name => {
    try {
      return [narrowNamespace(await reading.get(KINDS.Namespace, null, name))]
    } catch (error) {
      if (!isNotFound(error) || !mayBeGone) throw error
      return []
    }
  })
  return found.flat()
}

type NamespaceObject = ModelOf<typeof KINDS.Namespace>

function narrowNamespace(object: NamespaceObject): ScopeNamespace {
  return { name: object.metadata.name, terminating: isEnding(object) }
}

/** Whether the namespace is terminating, so that nothing can be created in it. */
function isEnding({ metadata, status }: NamespaceObject): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating'
}
