/** The results of a fix and an undo as documents for machines. Field names are stable; fields may be added. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { FixResult } from '../../apply/outcome.ts'
import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { Target } from '../../plan/change.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import { isSuccessful, podCounts } from '../words/plan/outcomes.ts'
import { type Envelope, enveloped } from './data.ts'
import { findingDocument } from './diagnosis-document.ts'

/** The result of a fix. */
export interface FixReport {
  plan: Plan
  /** Whether the fix was only dry-run on the server. */
  dryRun: boolean
  /** Whether every change is in place, every targeted pod has recovered, and nothing left in scope fails to pull: the exit code is 0. */
  complete: boolean
  result: FixResult
  /** The number of findings that have a remedy but that the plan leaves to an owner, so that their pods are still stuck. */
  leftToOwner: number
  /** The number of stuck pods that the plan does not cover, for any reason. */
  leftPods: number
  /** What currently can't pull in the scope, targeted or not. */
  findings: AdvisedFinding[]
  gaps: Gap[]
}

/** `kind: FixResult`. */
export function fixDocument(report: FixReport, invocation: Invocation): Envelope {
  const { plan, dryRun, complete, leftToOwner, leftPods, result, findings, gaps } = report
  const { wanted, recovered } = podCounts(result.recoveries)
  return enveloped('FixResult', {
    run: result.run,
    dryRun,
    complete,
    cluster: plan.cluster,
    scope: plan.scope,
    summary: {
      changes: plan.changes.length,
      written: result.outcomes.filter(({ status }) => status === 'applied').length,
      notMade: result.outcomes.filter(one => !isSuccessful(one)).length,
      pods: wanted,
      recoveredPods: recovered,
      leftToOwner,
      leftPods,
      heldBack: result.heldBack?.pods ?? 0,
      heldBackWhy: result.heldBack?.why ?? null,
    },
    outcomes: result.outcomes,
    recoveries: result.recoveries,
    findings: findings.map(finding => findingDocument(finding, invocation)),
    declined: plan.declined,
    gaps,
  })
}

/** What an undo is about to do. */
export interface UndoPlan {
  run: string
  /** The interrupted runs that it continued, which are undone with it. */
  continued: readonly string[]
  steps: readonly UndoStep[]
  /** Secrets that still contain a login. */
  kept: readonly Target[]
}

/** The result of an undo. */
export interface UndoReport {
  run: string
  /** The interrupted runs that it continued, which are undone with it. */
  continued: string[]
  /** Whether nothing was written. */
  dryRun: boolean
  /** Whether everything planned is undone, and no login is left. */
  complete: boolean
  /** Secrets that still contain a login. */
  kept: Target[]
  steps: UndoStep[]
  /** Empty if nothing was attempted. */
  outcomes: UndoOutcome[]
}

/** `over`: what the run wrote has since been deleted or changed by others. `unknown`: the user has no permission to read it. */
export type RunState = 'in-place' | 'undone' | 'over' | 'only-pods' | 'unknown'

/** One run in the list. */
export interface RunLine {
  run: string
  /** ISO 8601. */
  startedAt: string
  /** null: every namespace. */
  namespaces: string[] | null
  /** The workloads, pods, or labels that the run was limited to; absent if it covered whole namespaces. */
  only?: string
  /** The maximum number of changes that the run made. */
  changes: number
  context: string | null
  /** The user's name on the server; null if the server did not report it. */
  user: string | null
  state: RunState
  /** Whether nothing of the run is left to undo. */
  takenBack: boolean
  /** Whether the run only recreated pods, which can't be undone. */
  onlyPods: boolean
}
