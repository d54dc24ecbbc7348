/** Makes one change to a pod, only if it is the same pod that the plan saw and still lacks an image. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { PodChange, RecreateBarePod, RestoreBarePod } from '../plan/change.ts'
import { judgePod } from '../rollout/pod-stage.ts'
import { redact } from '../secrecy/redact.ts'
import type { RolloutPod } from '../snapshot/rollout.ts'
import type { ApplyContext } from './apply-context.ts'
import { journaledPod } from './journal/run.ts'
import type { ChangeOutcome, OutcomeReason } from './outcome.ts'
import {
  collectionPath,
  isUncertain,
  objectPath,
  outcomeOf,
  readBack,
  refusalOf,
  statusOf,
  successOf,
  writtenAt,
} from './server-view.ts'
import { finalizersOf, manifestOf, renamed, type Successors, secretsOf } from './successor.ts'

/** Removes a pod for its controller to replace, or replaces it here if it has no controller. */
export async function writePod(
  change: PodChange,
  context: ApplyContext,
  successors: Successors,
): Promise<ChangeOutcome> {
  switch (change.action) {
    case 'restore-bare-pod':
      return restoreBarePod(change, context)
    case 'recreate-bare-pod':
      return recreateBarePod(change, context)
    case 'recreate-pod': {
      // The successor matters only for a pod that will really be removed.
      const tried = context.dryRun ? await removePod(change, context) : null
      if (tried !== null && tried.status !== 'accepted') return tried
      return (await successors.refusalOf(change)) ?? tried ?? removePod(change, context)
    }
  }
}

/** Deletes the pod and creates it again with the pull secret. The journal has its manifest before the deletion is sent. */
async function recreateBarePod(change: RecreateBarePod, context: ApplyContext): Promise<ChangeOutcome> {
  let manifest: KubernetesObject
  try {
    const pod = await context.cluster.get(objectPath(change.target))
    if (writtenAt(pod).uid !== change.target.uid) {
      return outcomeOf(change, 'unchanged', { reason: { code: 'replaced' } })
    }
    const [held] = finalizersOf(pod)
    if (held !== undefined) {
      return outcomeOf(change, 'refused', { reason: { code: 'finalizer', finalizer: redact(held) } })
    }
    const added = change.secretName === null ? [] : [{ name: change.secretName }]
    manifest = manifestOf(pod, [...secretsOf(pod), ...added])
    // The pod's name is taken while the pod exists, so the dry run creates the same pod under a generated name.
    await context.cluster.create(collectionPath(change.target), renamed(manifest), { dryRun: true })
  } catch (error) {
    return refusalOf(change, error)
  }
  if (!context.dryRun) await context.journal.intent(change, manifest)
  const removal = await removePod(change, context)
  if (removal.status === 'unchanged' && removal.reason?.code !== 'healed') {
    return outcomeOf(change, 'conflict', { reason: { code: 'deleted-meanwhile' } })
  }
  return context.dryRun || removal.status !== 'applied'
    ? removal
    : createDeletedPod(change, manifest, context)
}

/** Creates the pod after its deletion. A failure is recorded in the journal, and the next run creates the pod. */
async function createDeletedPod(
  change: RecreateBarePod,
  manifest: KubernetesObject,
  context: ApplyContext,
): Promise<ChangeOutcome> {
  const ending = await endOf(change, change.target.uid, manifest, context)
  if (ending !== null) return outcomeOf(change, 'failed', { reason: ending })
  const created = await createPod(change, manifest, context)
  if (created.status === 'applied' || created.status === 'unchanged') return created
  return { ...created, status: 'failed', reason: { code: 'not-put-back' } }
}

/** Creates the pod that an interrupted run deleted, from that run's journal, once the deleted one has ended. */
async function restoreBarePod(change: RestoreBarePod, context: ApplyContext): Promise<ChangeOutcome> {
  const { namespace, name } = change.target
  const manifest = journaledPod(context.runs, change.run, namespace, name)
  if (!manifest) return outcomeOf(change, 'failed', { reason: { code: 'not-in-journal', run: change.run } })
  if (change.ending === null) return createPod(change, manifest, context)
  if (context.dryRun) return createPod(change, renamed(manifest), context)
  const ending = await endOf(change, change.ending.uid, manifest, context)
  return ending === null
    ? createPod(change, manifest, context)
    : outcomeOf(change, 'failed', { reason: ending })
}

async function createPod(
  change: PodChange,
  manifest: KubernetesObject,
  context: ApplyContext,
): Promise<ChangeOutcome> {
  try {
    const created = await context.cluster.create(collectionPath(change.target), manifest, {
      dryRun: context.dryRun,
    })
    return successOf(change, context, created)
  } catch (error) {
    const taken = statusOf(error) === 409
    if (!taken && !isUncertain(error)) return refusalOf(change, error)
    const there = await readBack(change, context)
    // A terminating pod is the old one.
    if (there === null || deletedAt(there) !== null) return refusalOf(change, error)
    // The existing pod is the one that was sent only if the answer was lost.
    return taken
      ? outcomeOf(change, 'unchanged', { reason: { code: 'replaced' } })
      : outcomeOf(change, 'applied', {}, writtenAt(there))
  }
}

/**
 * Waits until the pod with that uid is gone. Returns null once it is, else why it is not. Neither Ctrl-C nor a short timeout ends the wait
 * early: a deleted pod is created again first.
 */
async function endOf(
  change: PodChange,
  uid: string | null,
  manifest: KubernetesObject,
  { cluster, clock, deadline }: ApplyContext,
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

/** Milliseconds before an eviction that a disruption budget blocks is retried. */
const BUDGET_PAUSE = 5_000

/** How often a pod is read again if its status changes between the read and the removal. */
const TRIES = 5

type Removal = Exclude<PodChange, { action: 'restore-bare-pod' }>

/** Deletes the pod, or evicts it if it is ready. A pod that got its images after the plan was made is left alone. */
async function removePod(change: Removal, context: ApplyContext): Promise<ChangeOutcome> {
  for (let attempt = 1; ; attempt++) {
    const pod = await currentPod(change, context)
    if ('status' in pod) return pod
    try {
      await deleteOrEvict(change, pod, context)
      return successOf(change, context)
    } catch (error) {
      // The pod changed between the read and the removal, so it may have its images now.
      if (statusOf(error) !== 409 || attempt === TRIES) return outcomeAfterError(change, context, error)
    }
  }
}

/** The current pod, or the outcome if it must not be removed. */
async function currentPod(change: Removal, context: ApplyContext): Promise<RolloutPod | ChangeOutcome> {
  const { namespace, name, uid } = change.target
  try {
    const readPod = () => context.readRollout({ kind: 'Pod', namespace, name, uid })
    const first = await readPod()
    // A second read confirms that the pod is gone: a proxy may have answered the first.
    const { workload, pods } = first.workload === null ? await readPod() : first
    const [pod] = pods
    if (workload?.uid !== uid || pod === undefined || pod.ending !== null)
      return outcomeOf(change, 'unchanged')
    const { stage } = judgePod(pod)
    if (stage !== 'pulled' && stage !== 'initializing') return pod
    return outcomeOf(change, context.strict ? 'conflict' : 'unchanged', { reason: { code: 'healed' } })
  } catch (error) {
    return refusalOf(change, error)
  }
}

/** Sends the removal with uid and version as preconditions. An eviction that a budget blocks is retried until the deadline. */
async function deleteOrEvict(change: Removal, pod: RolloutPod, context: ApplyContext): Promise<void> {
  const { cluster, clock, deadline, dryRun, signal } = context
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
async function outcomeAfterError(
  change: Removal,
  context: ApplyContext,
  error: unknown,
): Promise<ChangeOutcome> {
  const status = statusOf(error)
  if (!isUncertain(error) && status !== 404 && status !== 409) {
    const outcome = refusalOf(change, error)
    return status === 429 ? { ...outcome, status: 'refused' } : outcome
  }
  try {
    const pod = await context.cluster.get(objectPath(change.target))
    const other = writtenAt(pod).uid !== change.target.uid
    if (!other && deletedAt(pod) === null) return refusalOf(change, error)
    return outcomeOf(change, isUncertain(error) ? 'applied' : 'unchanged')
  } catch (readError) {
    if (statusOf(readError) !== 404) return refusalOf(change, error)
    return outcomeOf(change, isUncertain(error) ? 'applied' : 'unchanged')
  }
}
