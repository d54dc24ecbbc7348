/** What a fix came to, as the document that machines read. Its names are stable; fields may be added. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { FixResult } from '../../apply/outcome.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import { isSuccessful, podCounts } from '../words/outcomes.ts'
import { type Envelope, enveloped } from './data.ts'
import { findingDocument } from './diagnosis-document.ts'

/** Everything there is to tell after a fix. */
export interface FixReport {
  plan: Plan
  /** Only tried on the server. */
  dryRun: boolean
  /** Every change is in place, every targeted pod is back, and nothing in scope is left that can't pull: the exit code is 0. */
  complete: boolean
  result: FixResult
  /** Findings with a remedy that the plan leaves to an owner, so that their pods are still stuck. */
  leftToOwner: number
  /** Stuck pods that the plan does not aim at, whatever the reason. */
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
