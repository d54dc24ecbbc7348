/** Reads one pod by its name, healthy or not; where there is none, says which names are near. */

import { UsageError } from '../../errors.ts'
import { gapOf, isForbidden, isNotFound } from '../gap.ts'
import { narrowPod } from '../narrow/pod.ts'
import { nameOf } from '../narrow/shape.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { NoSuchPod } from '../no-such-pod.ts'
import { assertExists, type ScopePods } from './areas.ts'
import { readEvents } from './events.ts'
import { pathOf, type Reading } from './reading.ts'

/** The pod and its events; a gap where it may not be read. @throws NoSuchPod where it does not exist; ApiError */
export async function readPod(reading: Reading, namespace: string, name: string): Promise<ScopePods> {
  try {
    const path = `${pathOf('/api/v1', namespace, 'pods')}/${encodeURIComponent(name)}`
    const [raw, events] = await Promise.all([
      reading.cluster.get(path, reading.abort),
      readEvents(reading, namespace, name),
    ])
    const pod = narrowPod(raw)
    return { count: 1, pods: pod === null ? [] : [pod], events }
  } catch (error) {
    if (isNotFound(error)) throw await noSuchPod(reading, namespace, name)
    if (!isForbidden(error)) throw error
    reading.gaps.push(gapOf(error, 'pods', namespace))
    return { count: 0, pods: [], events: [] }
  }
}

async function noSuchPod(reading: Reading, namespace: string, name: string): Promise<NoSuchPod> {
  const names = await podNames(reading, namespace)
  if (names.length === 0) await assertExists(reading, namespace).catch(asNoSuchPod)
  const near = nearNames(name, names)
  const hint = near.length > 0 ? didYouMean(near) : `\`kubectl get pods -n ${namespace}\` lists them.`
  return new NoSuchPod(`There is no pod "${name}" in namespace "${namespace}": ${hint}`)
}

function asNoSuchPod(error: unknown): never {
  throw error instanceof UsageError ? new NoSuchPod(error.message) : error
}

/** Only for a hint: whatever keeps them from being read changes nothing about the pod that is not there. */
async function podNames(reading: Reading, namespace: string): Promise<string[]> {
  const names: string[] = []
  try {
    await reading.cluster.table(
      pathOf('/api/v1', namespace, 'pods'),
      { ...reading.abort, limit: 0 },
      ({ cells }) => names.push(String(cells[0])),
      pod => names.push(nameOf(pod) ?? ''),
    )
    return names
  } catch {
    return []
  }
}
