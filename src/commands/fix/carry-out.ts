/** Carries a plan out: every change tried on the server, then written and noted, the pods awaited, and looked at again. */

import { type Advised, advisedDiagnosis } from '../../advice/advised.ts'
import type { ApplyContext } from '../../apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../apply/apply-plan.ts'
import { Journal, runName } from '../../apply/journal.ts'
import { type FixResult, isDone, type Recovery } from '../../apply/outcome.ts'
import { refuseStale } from '../../apply/plan-file.ts'
import { journaledPod, listRuns } from '../../apply/read-journal.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { isRefusal } from '../../plan/plan.ts'
import type { FixReport } from '../../report/fix-result.ts'
import { endedEarlyText, progressText } from '../../report/progress.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import { invocationOf } from '../invocation.ts'
import { redactor } from './logins.ts'
import { pullsLeft } from './prove.ts'
import type { Draft, FixSession } from './session.ts'

/** What became of it. With `dryRun` nothing is stored. @throws RefusedError for a stale plan; ApiError; the signal's reason */
export async function carryOut(draft: Draft, session: FixSession, dryRun: boolean): Promise<FixReport> {
  const { plan } = draft
  const result = await withJournal(draft, session, async context => {
    const checked = await dryRunPlan(plan, context)
    if (draft.saved) refuseStale(plan, checked)
    return dryRun
      ? { run: null, outcomes: checked, recoveries: [], heldBack: 0 }
      : applyPlan(plan, checked, context)
  })
  const open = result.recoveries.filter(isOpen)
  const leftToOwner = leftCount(draft)
  const made = result.outcomes.every(isDone) && open.length === 0
  const complete = made && leftToOwner === 0 && !draft.narrowed
  const findings = open.length === 0 ? [] : await whyNow(open, session)
  const left = { leftToOwner, leftPods: leftPods(draft) }
  return { plan, dryRun, complete, ...left, result, findings, gaps: draft.gaps }
}

/** Findings that a credential or a new pod would help, had the plan not left an object to its owner. */
export function leftCount(draft: Draft): number {
  if (!draft.plan.declined.some(isRefusal)) return 0
  return unaimed(draft).filter(
    ({ remedies }) => remedies.includes('authenticate') || remedies.includes('recreate'),
  ).length
}

/** Stuck pods that the plan does not aim at. */
export function leftPods(draft: Draft): number {
  return new Set(unaimed(draft).map(({ namespace, pod }) => `${namespace}/${pod}`)).size
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
    clock: context.clock,
    run,
    pullSecret: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    redact,
    strict: saved,
    pullsLeft: () => pullsLeft(draft, session),
    interruptedPod: async (from, namespace, name) =>
      journaledPod(await listRuns(journals, { server: cluster.server }), from, namespace, name),
    timeoutMs: options.timeoutMs,
    signal: context.signal,
  }
}

function isOpen({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

/** The diagnosis of the workloads that are not back, as they are now. */
async function whyNow(open: Recovery[], { cluster, context }: FixSession): Promise<Advised[]> {
  const namespaces = [...new Set(open.map(({ namespace }) => namespace))]
  const takenAt = context.now().toISOString()
  const watching = { takenAt, signal: context.signal }
  const snapshot = await readCluster(cluster, { namespaces }, watching).catch(error => {
    // What became of the changes has to be told, whether or not the reason can still be found out.
    if (error instanceof ApiError) return null
    throw error
  })
  if (snapshot === null) return []
  return advisedDiagnosis(diagnose(snapshot)).findings.filter(finding =>
    open.some(
      ({ namespace, workload: { kind, name } }) =>
        namespace === finding.namespace &&
        (finding.workload === null
          ? kind === 'Pod' && name === finding.pod
          : kind === finding.workload.kind && name === finding.workload.name),
    ),
  )
}
