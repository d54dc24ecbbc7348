/** Deletes a pod, or evicts it where it is ready: only the very pod that the plan saw, and only while it lacks an image. */

import type { PodChange } from '../plan/change.ts'
import { judgePod } from '../rollout/pod-stage.ts'
import type { RolloutPod } from '../snapshot/rollout.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { isUncertain, outcomeOf, refusalOf, statusOf } from './refusal.ts'
import { objectPath, writtenAt } from './target-object.ts'

/** Milliseconds before an eviction that a disruption budget blocks is retried. */
const BUDGET_PAUSE = 5_000

/** How often a pod is read again if its status changes between the read and the removal. */
const TRIES = 5

type Removal = Exclude<PodChange, { action: 'restore-bare-pod' }>

/** Removes the pod. A pod that has got its images since the plan was made is left alone. */
export async function removePod(change: Removal, context: ApplyContext, dryRun: boolean): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const pod = await currentPod(change, context)
    if ('status' in pod) return pod
    try {
      await deleteOrEvict(change, pod, context, dryRun)
      return outcomeOf(change, dryRun ? 'accepted' : 'applied')
    } catch (error) {
      // The pod changed between the read and the removal, so it may have its images now.
      if (statusOf(error) !== 409 || attempt === TRIES) return settle(change, context, error)
    }
  }
}

/** The pod as it is now, or the outcome if it must not be removed. */
async function currentPod(change: Removal, context: ApplyContext): Promise<RolloutPod | Outcome> {
  const { namespace, name, uid } = change.target
  try {
    const look = () => context.look({ kind: 'Pod', namespace, name, uid }, context.signal)
    const first = await look()
    // A second read confirms that the pod is gone: a proxy may have answered the first.
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

/** Sends the removal with uid and version as preconditions. An eviction that a budget blocks is retried until the deadline. */
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
      // The budget may allow the eviction once other pods are back.
      if (dryRun) return
      if (clock.now() + BUDGET_PAUSE > deadline) throw error
      await clock.sleep(BUDGET_PAUSE, signal)
    }
  }
}

/** After a refusal or a lost answer, reads the pod to find out whether it is gone. */
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
