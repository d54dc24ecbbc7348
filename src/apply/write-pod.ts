/** Makes one change to a pod: removes it for its controller to replace, or recreates it here where it has no controller. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { PodChange, RecreateBarePod, RestoreBarePod } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome, OutcomeReason } from './outcome.ts'
import { finalizersOf, manifestOf, renamed, secretsOf } from './pod-manifest.ts'
import { isUncertain, outcomeOf, refusalOf, statusOf } from './refusal.ts'
import { removePod } from './remove-pod.ts'
import type { Successors } from './successor.ts'
import { collectionPath, objectPath, writtenAt } from './target-object.ts'

/** Removes a pod for its controller to replace, or replaces the pod here where it has no controller. */
export async function writePod(
  change: PodChange,
  context: ApplyContext,
  successors: Successors,
  dryRun: boolean,
): Promise<Outcome> {
  switch (change.action) {
    case 'restore-bare-pod':
      return restoreBarePod(change, context, dryRun)
    case 'recreate-bare-pod':
      return recreateBarePod(change, context, dryRun)
    case 'recreate-pod': {
      // The successor only matters for a pod that will really be removed.
      const tried = dryRun ? await removePod(change, context, true) : null
      if (tried !== null && tried.status !== 'accepted') return tried
      return (await successors.refusalOf(change)) ?? tried ?? removePod(change, context, false)
    }
  }
}

/** Deletes the pod and creates it again with the pull secret. The journal holds its manifest before the deletion is sent. */
async function recreateBarePod(
  change: RecreateBarePod,
  context: ApplyContext,
  dryRun: boolean,
): Promise<Outcome> {
  let manifest: KubernetesObject
  try {
    const pod = await context.cluster.get(objectPath(change.target))
    if (writtenAt(pod).uid !== change.target.uid) {
      return outcomeOf(change, 'unchanged', { reason: { code: 'replaced' } })
    }
    const [held] = finalizersOf(pod)
    if (held !== undefined) {
      return outcomeOf(change, 'refused', { reason: { code: 'finalizer', finalizer: context.redact(held) } })
    }
    const added = change.secretName === null ? [] : [{ name: change.secretName }]
    manifest = manifestOf(pod, [...secretsOf(pod), ...added])
    // The pod's name is taken while the pod exists, so the dry run creates the same pod under a generated name.
    await context.cluster.create(collectionPath(change.target), renamed(manifest), { dryRun: true })
  } catch (error) {
    return refusalOf(change, error, context)
  }
  if (!dryRun) await context.journal.intent(change, manifest)
  const removal = await removePod(change, context, dryRun)
  if (removal.status === 'unchanged' && removal.reason?.code !== 'healed') {
    return outcomeOf(change, 'conflict', { reason: { code: 'deleted-meanwhile' } })
  }
  return dryRun || removal.status !== 'applied' ? removal : putBack(change, manifest, context)
}

/** Creates the pod after its deletion. A failure is recorded in the journal, and the next run creates the pod. */
async function putBack(
  change: RecreateBarePod,
  manifest: KubernetesObject,
  context: ApplyContext,
): Promise<Outcome> {
  const ending = await endOf(change, change.target.uid, manifest, context)
  if (ending !== null) return outcomeOf(change, 'failed', { reason: ending })
  const created = await createPod(change, manifest, context)
  if (created.status === 'applied') return created
  return { ...created, status: 'failed', reason: { code: 'not-put-back' } }
}

/** Creates the pod that an interrupted run deleted, from that run's journal, once the deleted one has ended. */
async function restoreBarePod(
  change: RestoreBarePod,
  context: ApplyContext,
  dryRun: boolean,
): Promise<Outcome> {
  const { namespace, name } = change.target
  const manifest = await context.interruptedPod(change.run, namespace, name)
  if (!manifest) return outcomeOf(change, 'failed', { reason: { code: 'not-in-journal', run: change.run } })
  if (change.ending === null) return createPod(change, manifest, context, dryRun)
  if (dryRun) return createPod(change, renamed(manifest), context, dryRun)
  const ending = await endOf(change, change.ending.uid, manifest, context)
  return ending === null
    ? createPod(change, manifest, context)
    : outcomeOf(change, 'failed', { reason: ending })
}

async function createPod(
  change: PodChange,
  manifest: KubernetesObject,
  context: ApplyContext,
  dryRun = false,
): Promise<Outcome> {
  try {
    const created = await context.cluster.create(collectionPath(change.target), manifest, { dryRun })
    return outcomeOf(change, dryRun ? 'accepted' : 'applied', {}, writtenAt(created))
  } catch (error) {
    if (statusOf(error) !== 409 && !isUncertain(error)) return refusalOf(change, error, context)
    const there = await context.cluster.get(objectPath(change.target)).catch(() => null)
    // A terminating pod is the old one.
    return there !== null && deletedAt(there) === null
      ? outcomeOf(change, 'applied', {}, writtenAt(there))
      : refusalOf(change, error, context)
  }
}

/**
 * Waits until the pod of that uid is gone; null once it is, else why it is not. Neither Ctrl-C nor a short timeout ends the wait early:
 * a pod that was deleted is created again first.
 */
async function endOf(
  change: PodChange,
  uid: string | null,
  manifest: KubernetesObject,
  { cluster, clock, deadline, redact }: ApplyContext,
): Promise<OutcomeReason | null> {
  const { terminationGracePeriodSeconds: grace = 30 } = manifest.spec as {
    terminationGracePeriodSeconds?: number
  }
  const latest = Math.max(deadline, clock.now() + 1_000 * (grace + LEEWAY_SECONDS))
  let seen: KubernetesObject | null = null
  while (clock.now() <= latest) {
    try {
      seen = await cluster.get(objectPath(change.target))
      if (writtenAt(seen).uid !== uid) return null
    } catch (error) {
      if (statusOf(error) === 404) return null
    }
    await clock.sleep(1_000)
  }
  const [held] = seen === null ? [] : finalizersOf(seen)
  const finalizer = held === undefined ? null : redact(held)
  return { code: 'not-ended', finalizer, until: seen === null ? null : deletedAt(seen) }
}

function deletedAt(pod: KubernetesObject): string | null {
  return (pod.metadata as { deletionTimestamp?: string }).deletionTimestamp ?? null
}

/** Seconds between the end of a pod's containers and the removal of the pod. */
const LEEWAY_SECONDS = 30
