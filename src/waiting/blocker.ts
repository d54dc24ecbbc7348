/** Finds the old pod that stops a StatefulSet's rollout: with ordered startup no pod is replaced before every earlier one is ready. */

import type { Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import { ordinalOf } from '../rollout/wanted.ts'
import type { RolloutWorkload } from '../snapshot/rollout.ts'

/**
 * The pod of an older revision that can't become ready, and that the controller waits for instead of replacing it; null if there is none.
 * Kubernetes documents this under "Forced rollback": the pod has to be deleted by hand.
 */
export function blockerOf(
  { current, outgoing }: Pick<Rollout, 'current' | 'outgoing'>,
  { ordered, firstOrdinal, replicas }: RolloutWorkload,
): JudgedPod | null {
  if (!ordered) return null
  const place = (pod: JudgedPod) => ordinalOf(pod) ?? Number.POSITIVE_INFINITY
  const [first] = [...current, ...outgoing]
    .filter(pod => !pod.ready && place(pod) < firstOrdinal + replicas)
    .toSorted((one, other) => place(one) - place(other))
  return first !== undefined && first.trouble !== null && outgoing.includes(first) ? first : null
}
