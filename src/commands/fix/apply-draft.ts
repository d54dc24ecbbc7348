/** Applies a plan: every change tried on the server, then noted and written, and the pods awaited. */

import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { Journal, runName } from '../../apply/journal/journal.ts'
import { journaledPod, unfinishedRun } from '../../apply/journal/left-behind.ts'
import { listRuns } from '../../apply/journal/list-runs.ts'
import type { FixResult } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { classify } from '../../diagnosis/classify.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { interruptedFixText, progressText } from '../../report/views/progress.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './logins.ts'
import { pullsLeft } from './prove.ts'
import type { Draft, FixSession } from './session.ts'

/** What became of each change. With `dryRun` nothing is stored. @throws RefusedError for a stale plan; ApiError; the signal's reason */
export async function applyDraft(draft: Draft, session: FixSession, dryRun: boolean): Promise<FixResult> {
  const { plan, credentials, saved } = draft
  const redact = redactor(credentials)
  session.redactBy(redact)
  return withJournal(draft, session, async noted => {
    const context = { ...applyContext(draft, session), ...noted, redact }
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

async function continuedRun({ plan }: Draft, { journals, cluster }: FixSession): Promise<string | null> {
  const now = { secretName: plan.secretName, namespaces: plan.scope.namespaces }
  return unfinishedRun(await listRuns(journals, { server: cluster.server }), now)?.run ?? null
}

type Noted = Pick<ApplyContext, 'run' | 'notes' | 'onProgress'>

/** A journal, made with the first write; where the run ends early, the way back is named. */
async function withJournal(
  draft: Draft,
  session: FixSession,
  work: (noted: Noted) => Promise<FixResult>,
): Promise<FixResult> {
  const { context, journals } = session
  const run = runName(context.now())
  const { uid, server, context: name } = draft.plan.cluster
  const journal = new Journal(journals, run, {
    type: 'run',
    run,
    startedAt: context.now().toISOString(),
    cluster: { uid, server, context: name },
    namespaces: draft.plan.scope.namespaces,
    user: await whoAmI(session),
    continues: await continuedRun(draft, session),
    plan: {
      secretName: draft.plan.secretName,
      registries: draft.plan.credentials.map(({ registry }) => registry),
      changes: draft.plan.changes.length,
    },
  })
  let wrote = false
  const progress = await context.progress()
  try {
    return await work({
      run,
      notes: {
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

function applyContext(draft: Draft, session: FixSession): Omit<ApplyContext, keyof Noted | 'redact'> {
  const { cluster, context, journals, options } = session
  const { credentials, saved } = draft
  return {
    cluster,
    clock: context.clock,
    pullSecret: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    strict: saved,
    pullsLeft: () => pullsLeft(draft, session),
    interruptedPod: async (from, namespace, name) =>
      journaledPod(await listRuns(journals, { server: cluster.server }), from, namespace, name),
    deadline: context.clock.now() + options.timeoutMs,
    look: (subject, signal) => readRollout(cluster, subject, signal),
    isHopeless: ({ reason, message }) => isHopeless(classify(message || reason, reason).cause),
    signal: context.signal,
  }
}
