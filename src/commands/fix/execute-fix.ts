/** Applies a plan: every change tried on the server, then journaled and written, and the pods awaited. */

import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { listRuns } from '../../apply/journal/find-runs.ts'
import { Journal, runName } from '../../apply/journal/journal.ts'
import { journaledPod, unfinishedRun } from '../../apply/journal/unfinished-work.ts'
import type { FixResult } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { classify } from '../../diagnosis/classify.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { endedEarlyText, progressText } from '../../report/views/progress.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './find-logins.ts'
import { pullsLeft } from './prove.ts'
import type { FixSession, PreparedFix } from './session.ts'

/** What became of each change. With `dryRun` nothing is stored. @throws RefusedError for a stale plan; ApiError; the signal's reason */
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

/** Who writes, in the server's words; null where it does not tell. */
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
  const now = { secretName: plan.secretName, namespaces: plan.scope.namespaces }
  return unfinishedRun(await listRuns(journals, { server: cluster.server }), now)?.run ?? null
}

type Journaled = Pick<ApplyContext, 'run' | 'journal' | 'onProgress'>

/** A journal, made with the first write; where the run ends early, the way back is named. */
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
    namespaces: prepared.plan.scope.namespaces,
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
    if (wrote) await context.err.write(endedEarlyText(run, invocationOf(context, session.options.connection)))
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
    isHopeless: ({ reason, message }) => isHopeless(classify(message || reason, reason).cause),
    signal: context.signal,
  }
}
