/** Carries a plan out: every change tried on the server, then written and noted, the pods awaited, and looked at again. */

import { advised } from '../../advice/advised.ts'
import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { Journal, runName } from '../../apply/journal/journal.ts'
import { journaledPod } from '../../apply/journal/left-behind.ts'
import { listRuns } from '../../apply/journal/list-runs.ts'
import { type FixResult, isDone, type Recovery } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { classify } from '../../diagnosis/classify.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { isRefusal, type Plan } from '../../plan/plan.ts'
import type { FixReport } from '../../report/views/fix-result.ts'
import { endedEarlyText, progressText } from '../../report/views/progress.ts'
import { readRollout } from '../../source/live/rollouts.ts'
import type { ExitName } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './logins.ts'
import { pullsLeft } from './prove.ts'
import { isOpen, remainingFindings, unaimed } from './remaining.ts'
import type { Draft, FixSession } from './session.ts'
import { unfinishedRun } from './unfinished.ts'
import { fixVerdict } from './verdict.ts'

/** What became of it. With `dryRun` nothing is stored. @throws RefusedError for a stale plan; ApiError; the signal's reason */
export async function carryOut(
  draft: Draft,
  session: FixSession,
  dryRun: boolean,
): Promise<{ report: FixReport; verdict: ExitName }> {
  const { plan, gaps } = draft
  const result = await withJournal(draft, session, async context => {
    const checked = await dryRunPlan(plan, context)
    if (draft.saved) refuseStale(plan, checked)
    return dryRun
      ? { run: null, outcomes: checked, recoveries: [], heldBack: null }
      : applyPlan(plan, checked, context)
  })
  const done = result.outcomes.every(isDone) && !result.recoveries.some(isOpen)
  if (dryRun) {
    const report = { plan, dryRun, complete: done, result, ...leftOf(draft), findings: [], gaps }
    return { report, verdict: done ? 'ok' : 'incomplete' }
  }
  const remaining = await remainingFindings(draft, result, session)
  const { failOn } = session.options
  const narrowed = draft.narrowed || draft.unproven.length > 0
  const verdict = fixVerdict({ done, narrowed, remaining, declined: plan.declined, failOn })
  const left = remaining.filter(finding => !result.recoveries.some(one => isAwaited(finding, one)))
  const report = {
    plan,
    dryRun,
    complete: verdict === 'ok',
    leftToOwner: leftToOwner(plan, left),
    leftPods: podsOf(left),
    result,
    findings: remaining.map(advised),
    gaps,
  }
  return { report, verdict }
}

/** What a plan that was not written leaves. */
export function leftOf(draft: Draft): Pick<FixReport, 'leftToOwner' | 'leftPods'> {
  const left = unaimed(draft)
  return { leftToOwner: leftToOwner(draft.plan, left), leftPods: podsOf(left) }
}

/** Findings that a credential or a new pod would help, had the plan not left an object to its owner. */
function leftToOwner({ declined }: Plan, left: Finding[]): number {
  if (!declined.some(isRefusal)) return 0
  return left.filter(({ remedies }) => remedies.includes('authenticate') || remedies.includes('recreate'))
    .length
}

function podsOf(findings: Finding[]): number {
  return new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size
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

async function withJournal(
  draft: Draft,
  session: FixSession,
  work: (context: ApplyContext) => Promise<FixResult>,
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
      ...applyContext(draft, session, run),
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
    if (wrote) await context.err.write(endedEarlyText(run, invocationOf(context, session.options.connection)))
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
}

function applyContext(
  draft: Draft,
  session: FixSession,
  run: string,
): Omit<ApplyContext, 'notes' | 'onProgress'> {
  const { cluster, context, journals, options } = session
  const { credentials, saved } = draft
  const redact = redactor(credentials)
  session.redactBy(redact)
  return {
    cluster,
    clock: context.clock,
    run,
    pullSecret: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    redact,
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

/** A pod that the recovery tells of as not back. */
function isAwaited({ namespace, pod }: Finding, recovery: Recovery): boolean {
  return namespace === recovery.namespace && recovery.waiting.some(({ name }) => name === pod)
}
