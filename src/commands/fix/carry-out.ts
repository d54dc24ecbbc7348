/** Carries a plan out: every change tried on the server, then written and noted, the pods awaited, and looked at again. */

import { advised } from '../../advice/advised.ts'
import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { systemClock } from '../../apply/clock.ts'
import { Journal, runName } from '../../apply/journal.ts'
import { type FixResult, isDone, type Recovery } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { journaledPod, listRuns } from '../../apply/read-journal.ts'
import { classify } from '../../diagnosis/classify.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { UnreachableError } from '../../errors.ts'
import { ApiError } from '../../kubernetes/api-error.ts'
import { isRefusal, type Plan } from '../../plan/plan.ts'
import { dockerConfigJson } from '../../registry/docker-config.ts'
import type { FixReport } from '../../report/fix-result.ts'
import { endedEarlyText, progressText } from '../../report/progress.ts'
import { readCluster } from '../../source/cluster.ts'
import { readRollout } from '../../source/rollouts.ts'
import type { ExitName } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './logins.ts'
import { pullsLeft } from './prove.ts'
import type { Draft, FixSession } from './session.ts'
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

function unaimed({ plan, findings }: Draft): Finding[] {
  const aimed = new Set(
    plan.changes.flatMap(change =>
      change.action === 'patch-template'
        ? change.pods.map(pod => `${change.target.namespace}/${pod}`)
        : [`${change.target.namespace}/${change.target.name}`],
    ),
  )
  return findings.filter(({ namespace, pod }) => !aimed.has(`${namespace}/${pod}`))
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
    clock: systemClock,
    run,
    dockerConfigJson: credentials.length === 0 ? null : dockerConfigJson(credentials),
    redact,
    strict: saved,
    pullsLeft: () => pullsLeft(draft, session),
    interruptedPod: async (from, namespace, name) =>
      journaledPod(await listRuns(journals), from, namespace, name),
    deadline: systemClock.now() + options.timeoutMs,
    look: (subject, signal) => readRollout(cluster, subject, signal),
    isHopeless: ({ reason, message }) => isHopeless(classify(message || reason, reason).cause),
    signal: context.signal,
  }
}

function isOpen({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

/** A pod that the recovery tells of as not back. */
function isAwaited({ namespace, pod }: Finding, recovery: Recovery): boolean {
  return namespace === recovery.namespace && recovery.waiting.some(({ name }) => name === pod)
}

/**
 * What can't pull in the scope by now. Nobody has to look again where all that could not pull is back, nor where no pod was touched:
 * then it is as it was.
 */
async function remainingFindings(draft: Draft, result: FixResult, session: FixSession): Promise<Finding[]> {
  const left = unaimed(draft)
  const open = result.recoveries.some(isOpen)
  if (!draft.saved && !open && left.length === 0) return []
  if (!draft.saved && result.recoveries.length === 0) return left
  const now = await lookAgain(draft, session)
  return now ?? left
}

/** null where the cluster does not answer: what became of the changes has to be told all the same. */
async function lookAgain({ plan }: Draft, { cluster, context }: FixSession): Promise<Finding[] | null> {
  const { namespaces, excluded } = plan.scope
  const watching = { takenAt: context.now().toISOString(), signal: context.signal }
  try {
    const snapshot = await readCluster(cluster, { namespaces }, watching)
    const { findings } = diagnose(snapshot)
    return findings.filter(({ namespace }) => !excluded.includes(namespace))
  } catch (error) {
    if (error instanceof ApiError || error instanceof UnreachableError) return null
    throw error
  }
}
