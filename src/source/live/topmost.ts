/** Climbs from pods and workloads named on the command line to the topmost controllers above them, which a fix changes. */

import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, controllerKind, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { climbReading } from '../../snapshot/owners.ts'
import type { ControllerReference } from '../../snapshot/pod.ts'
import { narrowController } from '../narrow/controller.ts'
import type { RequestedSubject } from '../subject-names.ts'
import { noSuchPod, noSuchWorkload } from './missing-subjects.ts'
import type { Reading } from './reading.ts'
import { type NamespacedSubject, resolveMeaning, type WorkloadKind } from './subjects.ts'

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
