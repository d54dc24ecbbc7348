/** Takes a pod away: deleted, or evicted where it is ready, and only the very pod that the plan saw, as long as it lacks an image. */

import type { PodChange } from '../plan/change.ts'
import { judgePod } from '../rollout/pod-stage.ts'
import type { RolloutPod } from '../snapshot/rollout.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { isUncertain, outcomeOf, refusalOf, statusOf } from './refusal.ts'
import { objectPath, writtenAt } from './target-object.ts'

/** How long to wait before a disruption budget is asked again, in milliseconds. */
const BUDGET_PAUSE = 5_000

/** How often a pod whose status moves on while it is looked at is read again. */
const TRIES = 5

type Removal = Exclude<PodChange, { action: 'restore-bare-pod' }>

/** Removes the pod as it is now and says whether it is gone. One that has got its images meanwhile is left alone. */
export async function removePod(change: Removal, context: ApplyContext, dryRun: boolean): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const pod = await currentPod(change, context)
    if ('status' in pod) return pod
    try {
      await deleteOrEvict(change, pod, context, dryRun)
      return outcomeOf(change, dryRun ? 'accepted' : 'applied')
    } catch (error) {
      // It has changed between the look and the removal: it may have healed.
      if (statusOf(error) !== 409 || attempt === TRIES) return settle(change, context, error)
    }
  }
}

/** The pod, or why it is not to be taken. */
async function currentPod(change: Removal, context: ApplyContext): Promise<RolloutPod | Outcome> {
  const { namespace, name, uid } = change.target
  try {
    const look = () => context.look({ kind: 'Pod', namespace, name, uid }, context.signal)
    const first = await look()
    // Gone is a big word for one answer: what is in between may have made it up.
    const { workload, pods } = first.workload === null ? await look() : first
    const [pod] = pods
    if (workload?.uid !== uid || pod === undefined || pod.ending !== null)
      return outcomeOf(change, 'unchanged')
    const { stage } = judgePod(pod)
    if (stage !== 'pulled' && stage !== 'initializing') return pod
    return outcomeOf(change, context.strict ? 'conflict' : 'unchanged', { reason: { code: 'healed' } })
  } catch (error) {
    return refusalOf(change, error, context)
  }
}

/** With uid and version as preconditions; an eviction that a budget holds back is tried until the time is up. */
async function deleteOrEvict(
  change: Removal,
  pod: RolloutPod,
  context: ApplyContext,
  dryRun: boolean,
): Promise<void> {
  const { cluster, clock, deadline, signal } = context
  const { namespace, name, uid } = change.target
  const { resourceVersion, ready } = pod
  const options = { dryRun, resourceVersion }
  if (change.method === 'delete' && !ready) {
    return cluster.delete(objectPath(change.target), uid ?? '', options)
  }
  for (;;) {
    try {
      return await cluster.evict(namespace, name, uid ?? '', options)
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
