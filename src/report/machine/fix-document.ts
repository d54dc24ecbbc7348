/** What a fix or an undo did, as documents for machines. Their names are stable; fields may be added. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { FixResult } from '../../apply/outcome.ts'
import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { Target } from '../../plan/change.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import { isSuccessful, podCounts } from '../words/outcomes.ts'
import { type Envelope, enveloped } from './data.ts'
import { findingDocument } from './diagnosis-document.ts'

/** The result of a fix. */
export interface FixReport {
  plan: Plan
  /** Only tried on the server. */
  dryRun: boolean
  /** Every change is in place, every targeted pod is back, and nothing in scope is left that can't pull: the exit code is 0. */
  complete: boolean
  result: FixResult
  /** Findings with a remedy that the plan leaves to an owner, so that their pods are still stuck. */
  leftToOwner: number
  /** Stuck pods that the plan does not cover, whatever the reason. */
  leftPods: number
  /** What can't pull in the scope by now, whether or not it was targeted. */
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

/** What is about to be undone. */
export interface UndoPlan {
  run: string
  steps: readonly UndoStep[]
  /** Secrets that keep a login. */
  kept: readonly Target[]
}

/** The result of an undo. */
export interface UndoReport {
  run: string
  /** Nothing was written. */
  dryRun: boolean
  /** Everything that was to be undone is undone, and no login is left. */
  complete: boolean
  /** Secrets that keep a login. */
  kept: Target[]
  steps: UndoStep[]
  /** Empty where nothing was tried. */
  outcomes: UndoOutcome[]
}

/** `over`: what it wrote is gone or was changed by others since. */
export type RunState = 'in-place' | 'undone' | 'over' | 'only-pods'

/** One run of the list. */
export interface RunLine {
  run: string
  /** ISO 8601. */
  startedAt: string
  /** null: every namespace. */
  namespaces: string[] | null
  /** The only workloads, pods, or labels that it was for; left out where it was for all in the namespaces. */
  only?: string
  /** How many changes it may have made. */
  changes: number
  context: string | null
  /** The user name by which the server knew it; null where the server did not say. */
  user: string | null
  state: RunState
  /** Nothing of it is left to undo. */
  takenBack: boolean
  /** It only recreated pods, which can't be undone. */
  onlyPods: boolean
}
