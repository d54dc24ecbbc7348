/** Narrows what keeps a Deployment's newest template from getting pods, by the Deployment's conditions. */

import { list, record, text } from '../../json/json-object.ts'
import { narrowMessage } from '../../secrecy/foreign-text.ts'
import type { RolloutStall } from '../../snapshot/snapshot.ts'

/**
 * null if the rollout goes on, as far as its conditions show. `status`: of the newest spec. A Deployment takes ReplicaFailure over from its
 * ReplicaSets, with reason FailedDelete for pods that it can't delete (kubernetes/kubernetes, pkg/controller/deployment/progress.go).
 */
export function rolloutStall(status: unknown): RolloutStall | null {
  const conditions = list(record(status).conditions).map(record)
  const find = (wanted: string, holds: string) =>
    conditions.find(({ type, status: is }) => type === wanted && is === holds)
  const refused = find('ReplicaFailure', 'True')
  const message = narrowMessage(refused?.message)
  if (message !== '' && text(refused?.reason) === 'FailedCreate') return { by: 'refused', message }
  const isLate = text(find('Progressing', 'False')?.reason) === 'ProgressDeadlineExceeded'
  return isLate ? { by: 'late' } : null
}
