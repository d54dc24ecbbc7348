/** Executes a prepared fix: dry-runs every change on the server, records it in the journal, writes it, and waits for the pods. */

import type { ApplyContext, WatchedRollout } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { headerOf, Journal } from '../../apply/journal/journal.ts'
import type { ChangeOutcome, FixResult } from '../../apply/outcome.ts'
import { isUnlikelyToRecover } from '../../diagnosis/recovery-prospects.ts'
import { classify } from '../../diagnosis/text/classify.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { interruptedFixText } from '../../report/views/after-fix.ts'
import { progressText } from '../../report/views/progress.ts'
import { judgePod } from '../../rollout/pod-stage.ts'
import { credentialRedactor } from '../../secrecy/known-secrets.ts'
import type { RolloutPod, RolloutSubject } from '../../snapshot/rollout.ts'
import type { Reading } from '../../source/live/reading.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import { invocationOf } from '../shared-flags.ts'
import { journaledScope } from './fix-scope.ts'
import type { FixSession, PreparedFix } from './session.ts'

/**
 * Writes the plan and returns the outcomes. With `dryRun`, the server stores nothing. If the run ends early, prints the command that undoes
 * it.
 * @throws RefusedError for a stale plan; ApiError; the signal's reason
 */
export async function executeFix(
  prepared: PreparedFix,
  session: FixSession,
  { dryRun }: { dryRun: boolean },
): Promise<FixResult> {
  const { plan, runs, credentials } = prepared
  const { cluster, context, journals } = session
  cluster.redactWith(credentialRedactor(credentials))
  const scope = journaledScope(plan.scope)
  const header = headerOf(plan, { now: context.now(), scope, user: await whoAmI(session), runs })
  const journal = new Journal(journals[0], header.run, header)
  const progress = await context.progress()
  const applying = {
    ...applyContext(prepared, session),
    run: header.run,
    journal,
    onProgress: news => progress.update(progressText(news)),
  } satisfies ApplyContext
  try {
    const checked = await checkOnServer(prepared, applying)
    if (dryRun) return { run: null, outcomes: checked, recoveries: [], heldBack: null }
    // What is in place already is never written, so the run can't leave it unfinished.
    if (header.plan !== undefined)
      header.plan.changes = checked.filter(({ status }) => status !== 'unchanged').length
    return await applyPlan(plan, checked, applying)
  } catch (error) {
    progress.stop()
    if (journal.hasBegun) await reportInterruption(header.run, prepared, session)
    else if (context.signal.aborted) await context.err.write('Canceled. Nothing was changed.\n')
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
}

/** @throws RefusedError if the plan was saved and no longer fits the cluster: such a plan is applied exactly or not at all */
async function checkOnServer({ plan, saved }: PreparedFix, applying: ApplyContext): Promise<ChangeOutcome[]> {
  const checked = await dryRunPlan(plan, applying)
  if (!saved) return checked
  const { refuseStale } = await import('../../apply/plan-file.ts')
  refuseStale(plan, checked)
  return checked
}

/** Prints how to undo what a run wrote before it ended. */
async function reportInterruption(
  run: string,
  { plan }: PreparedFix,
  { context, options }: FixSession,
): Promise<void> {
  const onlyPods = plan.changes.every(({ target }) => target.kind === 'Pod')
  const invocation = invocationOf(context, options.connection)
  await context.err.write(interruptedFixText({ run, onlyPods }, invocation, context.err.width))
}

/** Returns this user's name on the server; null if the server does not report it. */
async function whoAmI({ cluster, context }: FixSession): Promise<string | null> {
  return cluster.whoAmI(context.signal).catch(error => {
    if (error instanceof ApiError) return null
    throw error
  })
}

function applyContext(
  { credentials, runs, saved }: PreparedFix,
  { cluster, reading, context, options, registries }: FixSession,
): Omit<ApplyContext, 'run' | 'journal' | 'onProgress'> {
  return {
    cluster,
    clock: context.clock,
    pullSecret: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    strict: saved,
    dryRun: false,
    hub: registries.of(DOCKER_HUB),
    hubLogins: credentials.filter(({ registry }) => registry === DOCKER_HUB),
    runs,
    deadline: context.clock.now() + options.timeoutMs,
    readRollout: subject => watchedRollout(subject, reading),
    signal: context.signal,
  }
}

/** Reads the workload, and which of its pods need not be waited for: only a diagnosis shows that a retry can't help. */
async function watchedRollout(subject: RolloutSubject, reading: Reading): Promise<WatchedRollout> {
  const rolloutState = await readRollout(reading, subject)
  return {
    ...rolloutState,
    unrecoverablePods: new Set(rolloutState.pods.filter(isHopeless).map(({ pod }) => pod.uid)),
  }
}

/** Whether the pod is stuck, and retrying can't make its pull succeed. */
function isHopeless(pod: RolloutPod): boolean {
  const { stage, trouble } = judgePod(pod)
  const { reason = '', message = '' } = trouble ?? {}
  return stage === 'stuck' && isUnlikelyToRecover(classify(message || reason, reason).cause)
}
