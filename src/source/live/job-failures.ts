/** How many more failures of its pods a Job takes, and which pods it must not lose: a deleted pod counts as one that was killed. */

import { list, number, record, text } from '../../json/json-object.ts'
import { type ControllerObject, KINDS } from '../../kubernetes/api/kinds.ts'
import type { ScopeJob } from '../../snapshot/fix-objects.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Reading } from './reading.ts'

/** The exit code of a container in a deleted pod, even if it never started. */
const KILLED = 137

/** An annotation on the pods of an indexed Job: how often the pod's index has failed before. */
const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'

/** Returns the Job without its pods, which are added one by one. */
export function jobFailures(
  job: Pick<ControllerObject, 'spec' | 'status'> & { metadata: { uid: string } },
): ScopeJob {
  const { uid } = job.metadata
  const spec = record(job.spec)
  const base = { uid, doomed: [] }
  const action = policyFor(record(spec.podFailurePolicy))
  if (action === 'Ignore') return { ...base, failuresLeft: Number.MAX_SAFE_INTEGER, limit: 'backoff-limit' }
  if (action === 'FailJob' || action === 'FailIndex') {
    return { ...base, failuresLeft: 0, limit: 'pod-failure-policy' }
  }
  if (typeof spec.backoffLimitPerIndex === 'number') {
    return { ...base, failuresLeft: Number.MAX_SAFE_INTEGER, limit: 'backoff-limit-per-index' }
  }
  const left = number(spec.backoffLimit, 6) - number(record(job.status).failed, 0)
  return { ...base, failuresLeft: Math.max(0, left), limit: 'backoff-limit' }
}

/** Whether the pod's index has used up its failures. Reads the count from the pod, because nothing else needs it. @throws ApiError */
export async function failsItsIndex(reading: Reading, job: ControllerObject, pod: Pod): Promise<boolean> {
  const { backoffLimitPerIndex } = record(job.spec)
  if (typeof backoffLimitPerIndex !== 'number') return false
  const object = await reading.find(KINDS.Pod, pod.namespace, pod.name)
  const failures = Number(object?.metadata.annotations?.[INDEX_FAILURES]) || 0
  return failures >= backoffLimitPerIndex
}

/**
 * Returns the action of the first rule that matches a pod killed by its deletion (KEP-3329); empty if none does: then it counts as any
 * failure. Rules on pod conditions are for evictions and node trouble, not for the deletion of a pod that waits for its image.
 */
function policyFor({ rules }: Record<string, unknown>): string {
  const fitting = list(rules)
    .map(record)
    .find(({ onExitCodes }) => onExitCodes !== undefined && fitsKill(record(onExitCodes)))
  return text(fitting?.action)
}

function fitsKill({ operator, values }: Record<string, unknown>): boolean {
  return list(values).includes(KILLED) === (operator === 'In')
}
