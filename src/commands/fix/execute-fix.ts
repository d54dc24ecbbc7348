/**
 * Executes a prepared fix: asks for confirmation, dry-runs every change on the server, records it in the journal, writes it, and waits for
 * the pods.
 */

import type { ApplyContext, WatchedRollout } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { Journal, runName } from '../../apply/journal/journal.ts'
import { type RunHeader, unfinishedRun } from '../../apply/journal/run.ts'
import type { FixResult } from '../../apply/outcome.ts'
import { classify } from '../../diagnosis/classify.ts'
import { isUnlikelyToRecover } from '../../diagnosis/recovery-prospects.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { interruptedFixText } from '../../report/views/fix-result.ts'
import { progressText } from '../../report/views/progress.ts'
import { confirmation } from '../../report/views/questions.ts'
import { judgePod } from '../../rollout/pod-stage.ts'
import { credentialRedactor } from '../../secrecy/known-secrets.ts'
import type { RolloutPod, RolloutSubject } from '../../snapshot/rollout.ts'
import type { Reading } from '../../source/live/reading.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import { invocationOf } from '../shared-flags.ts'
import { confirmWrite } from '../writing-context.ts'
import { journaledScope } from './fix-facts.ts'
import type { FixSession, PreparedFix } from './session.ts'

/** Whether the user will be asked to confirm the plan. */
export function asksBefore({ options, context }: Pick<FixSession, 'options' | 'context'>): boolean {
  return !options.yes && options.dryRun === 'none' && context.ask.available
}

/**
 * Asks for confirmation: a yes or, for large plans, the context's name, with one retry after a wrong word.
 * @throws RefusedError if no one can be asked or the answer is no
 */
export async function confirmPlan(
  { plan }: PreparedFix,
  { options, context, cluster }: FixSession,
): Promise<void> {
  if (options.yes) return
  const { ask } = context
  const { typed, question, again } = confirmation({ plan, cluster: cluster.context ?? cluster.server })
  await confirmWrite(ask, 'apply', async () => {
    if (typed === null) return ask.confirm(question)
    const answer = (await ask.text(question)).trim()
    return typed.includes(answer) || typed.includes((await ask.text(again(answer))).trim())
  })
}

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
  const { plan, credentials, saved } = prepared
  const { cluster, context, journals } = session
  cluster.redactWith(credentialRedactor(credentials))
  const header = await headerOf(prepared, session)
  const journal = new Journal(journals[0], header.run, header)
  const progress = await context.progress()
  const applying = {
    ...applyContext(prepared, session),
    run: header.run,
    journal,
    onProgress: news => progress.update(progressText(news)),
  } satisfies ApplyContext
  try {
    const checked = await dryRunPlan(plan, applying)
    if (saved) {
      const { refuseStale } = await import('../../apply/plan-file.ts')
      refuseStale(plan, checked)
    }
    if (dryRun) return { run: null, outcomes: checked, recoveries: [], heldBack: null }
    // What is in place already is never written, so the run can't leave it unfinished.
    if (header.plan !== undefined)
      header.plan.changes = checked.filter(({ status }) => status !== 'unchanged').length
    return await applyPlan(plan, checked, applying)
  } catch (error) {
    progress.stop()
    if (journal.hasBegun) await reportInterruption(header.run, prepared, session)
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
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

async function headerOf({ plan, runs }: PreparedFix, session: FixSession): Promise<RunHeader> {
  const { context } = session
  const { uid, server, context: name } = plan.cluster
  const now = { secretName: plan.secretName, ...journaledScope(plan.scope) }
  return {
    type: 'run',
    run: runName(context.now()),
    startedAt: context.now().toISOString(),
    cluster: { uid, server, context: name },
    ...journaledScope(plan.scope),
    user: await whoAmI(session),
    continues: unfinishedRun(runs, now)?.run ?? null,
    plan: {
      secretName: plan.secretName,
      registries: plan.credentials.map(({ registry }) => registry),
      changes: plan.changes.length,
    },
  }
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
