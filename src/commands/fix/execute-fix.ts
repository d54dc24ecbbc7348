/** Executes a prepared fix: dry-runs every change on the server, records it in the journal, writes it, and waits for the pods. */

import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { listRuns } from '../../apply/journal/find-runs.ts'
import { Journal, runName } from '../../apply/journal/journal.ts'
import { journaledPod, unfinishedRun } from '../../apply/journal/run.ts'
import type { FixResult } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { classify } from '../../diagnosis/classify.ts'
import { isUnlikelyToRecover } from '../../diagnosis/recovery-prospects.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { interruptedFixText, progressText } from '../../report/views/progress.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './find-logins.ts'
import { pullsLeft } from './prove.ts'
import type { FixSession, PreparedFix } from './session.ts'
import { journaledScope } from './situation.ts'

/**
 * Writes the plan and returns the outcomes. With `dryRun`, the server stores nothing.
 * @throws RefusedError for a stale plan; ApiError; the signal's reason
 */
export async function executeFix(
  prepared: PreparedFix,
  session: FixSession,
  dryRun: boolean,
): Promise<FixResult> {
  const { plan, credentials, saved } = prepared
  const redact = redactor(credentials)
  session.redactBy(redact)
  return withJournal(prepared, session, async journaled => {
    const context = { ...applyContext(prepared, session), ...journaled, redact }
    const checked = await dryRunPlan(plan, context)
    if (saved) refuseStale(plan, checked)
    if (dryRun) return { run: null, outcomes: checked, recoveries: [], heldBack: null }
    return applyPlan(plan, checked, context)
  })
}

/** Returns this user's name on the server; null if the server does not report it. */
async function whoAmI({ cluster, context }: FixSession): Promise<string | null> {
  return cluster.whoAmI(context.signal).catch(error => {
    if (error instanceof ApiError) return null
    throw error
  })
}

async function continuedRun(
  { plan }: PreparedFix,
  { journals, cluster }: FixSession,
): Promise<string | null> {
  const now = { secretName: plan.secretName, ...journaledScope(plan.scope) }
  return unfinishedRun(await listRuns(journals, { server: cluster.server }), now)?.run ?? null
}

type Journaled = Pick<ApplyContext, 'run' | 'journal' | 'onProgress'>

/** Calls `work` with a journal, whose file is created at the first write. If the run ends early, prints the command that undoes it. */
async function withJournal(
  prepared: PreparedFix,
  session: FixSession,
  work: (journaled: Journaled) => Promise<FixResult>,
): Promise<FixResult> {
  const { context, journals } = session
  const run = runName(context.now())
  const { uid, server, context: name } = prepared.plan.cluster
  const journal = new Journal(journals, run, {
    type: 'run',
    run,
    startedAt: context.now().toISOString(),
    cluster: { uid, server, context: name },
    ...journaledScope(prepared.plan.scope),
    user: await whoAmI(session),
    continues: await continuedRun(prepared, session),
    plan: {
      secretName: prepared.plan.secretName,
      registries: prepared.plan.credentials.map(({ registry }) => registry),
      changes: prepared.plan.changes.length,
    },
  })
  let wrote = false
  const progress = await context.progress()
  try {
    return await work({
      run,
      journal: {
        intent: (change, object) => {
          wrote = true
          return journal.intent(change, object)
        },
        outcome: outcome => journal.outcome(outcome),
      },
      onProgress: news => progress.update(progressText(news)),
    })
  } catch (error) {
    progress.stop()
    if (wrote)
      await context.err.write(interruptedFixText(run, invocationOf(context, session.options.connection)))
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
}

function applyContext(
  prepared: PreparedFix,
  session: FixSession,
): Omit<ApplyContext, keyof Journaled | 'redact'> {
  const { cluster, context, journals, options } = session
  const { credentials, saved } = prepared
  return {
    cluster,
    clock: context.clock,
    pullSecret: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    strict: saved,
    pullsLeft: () => pullsLeft(prepared, session),
    interruptedPod: async (from, namespace, name) =>
      journaledPod(await listRuns(journals, { server: cluster.server }), from, namespace, name),
    deadline: context.clock.now() + options.timeoutMs,
    look: (subject, signal) => readRollout(cluster, subject, signal),
    isHopeless: ({ reason, message }) => isUnlikelyToRecover(classify(message || reason, reason).cause),
    signal: context.signal,
  }
}
