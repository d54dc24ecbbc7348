/** Takes a pod away: deleted, or evicted where it is ready, and only the very pod that the plan saw. */

import type { PodChange } from '../plan/change.ts'
import { objectPath } from './api-path.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { isUncertain, outcomeOf, refusalOf, statusOf } from './refusal.ts'
import { writtenAt } from './written-at.ts'

/** How long to wait before a disruption budget is asked again, in milliseconds. */
const BUDGET_PAUSE = 5_000

type Removal = Exclude<PodChange, { action: 'restore-bare-pod' }>

/** Carries the removal out and says whether the pod is gone. */
export async function takeAway(change: Removal, context: ApplyContext, dryRun: boolean): Promise<Outcome> {
  try {
    await remove(change, context, dryRun)
    return outcomeOf(change, dryRun ? 'accepted' : 'applied')
  } catch (error) {
    return settle(change, context, error)
  }
}

/** Deletes or evicts the pod with its uid as precondition; an eviction that a budget holds back is tried until the time is up. */
async function remove(change: Removal, context: ApplyContext, dryRun: boolean): Promise<void> {
  const { cluster, clock, deadline, signal } = context
  const { namespace, name, uid } = change.target
  if (change.method === 'delete') return cluster.delete(objectPath(change.target), uid ?? '', { dryRun })
  for (;;) {
    try {
      return await cluster.evict(namespace, name, uid ?? '', { dryRun })
    } catch (error) {
      if (statusOf(error) !== 429) throw error
      // A budget that has no room now may have some once the first pods are back.
      if (dryRun) return
      if (clock.now() + BUDGET_PAUSE > deadline) throw error
      await clock.sleep(BUDGET_PAUSE, signal)
    }
  }
}

/** After a refusal: the pod that the plan saw is gone, or it is still there. */
async function settle(change: Removal, context: ApplyContext, error: unknown): Promise<Outcome> {
  const status = statusOf(error)
  if (!isUncertain(error) && status !== 404 && status !== 409) {
    const outcome = refusalOf(change, error, context)
    return status === 429 ? { ...outcome, status: 'refused' } : outcome
  }
  try {
    const pod = await context.cluster.get(objectPath(change.target))
    const { deletionTimestamp } = pod.metadata as { deletionTimestamp?: string }
    const other = writtenAt(pod).uid !== change.target.uid
    if (!other && deletionTimestamp === undefined) return refusalOf(change, error, context)
    return outcomeOf(change, isUncertain(error) ? 'applied' : 'unchanged')
  } catch (readError) {
    if (statusOf(readError) !== 404) return refusalOf(change, error, context)
    return outcomeOf(change, isUncertain(error) ? 'applied' : 'unchanged')
  }
}
