/** Reads one pod by its name, healthy or not; if there is none, the error names similar ones. */

import { UsageError } from '../../errors.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import { narrowPod } from '../narrow/pod.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { NoSuchPod } from '../snapshot-scope.ts'
import { readEvents } from './events.ts'
import { assertExists, type ScopePods } from './namespaces.ts'
import type { Reading } from './reading.ts'

/** The pod and its events; a gap if it is forbidden. @throws NoSuchPod; ApiError */
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
  const names = await podNames(reading, namespace)
  if (names.length === 0) await assertExists(reading, namespace).catch(asNoSuchPod)
  const near = nearNames(name, names)
  const hint = near.length > 0 ? didYouMean(near) : `\`kubectl get pods -n ${namespace}\` lists them.`
  return new NoSuchPod(`Pod "${name}" not found in namespace "${namespace}": ${hint}`)
}

function asNoSuchPod(error: unknown): never {
  throw error instanceof UsageError ? new NoSuchPod(error.message) : error
}

/** Only for a hint, so errors are ignored. */
async function podNames(reading: Reading, namespace: string): Promise<string[]> {
  const names: string[] = []
  try {
    await reading.podTable(
      namespace,
      ({ cells }) => names.push(String(cells[0])),
      ({ metadata }) => names.push(metadata.name),
    )
    return names
  } catch {
    return []
  }
}
