/** Looks at what a fix came to: what still can't pull, why it was left, and the exit code that this makes. */

import { withSteps } from '../../advice/add-steps.ts'
import { type FixResult, isDone, type Recovery } from '../../apply/outcome.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { UnreachableError } from '../../errors.ts'
import { ApiError } from '../../kubernetes/api/api-error.ts'
import { isRefusal, type Plan } from '../../plan/plan.ts'
import type { FixReport } from '../../report/views/fix-result.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { ExitName } from '../context.ts'
import type { Draft, FixSession } from './session.ts'
import { fixVerdict } from './verdict.ts'

export interface Verified {
  report: FixReport
  verdict: ExitName
}

/** What a plan that was tried on the server comes to: nothing has changed yet. */
export function verifyDryRun(draft: Draft, result: FixResult): Verified {
  const complete = isInPlace(result)
  const { plan, gaps } = draft
  const report = { plan, dryRun: true, complete, result, ...leftOf(draft), findings: [], gaps }
  return { report, verdict: complete ? 'ok' : 'incomplete' }
}

/** What the scope is like once the plan was applied. @throws the signal's reason */
export async function verify(draft: Draft, result: FixResult, session: FixSession): Promise<Verified> {
  const { plan, gaps } = draft
  const { failOn } = session.options
  const remaining = await remainingFindings(draft, result, session)
  const verdict = fixVerdict({
    done: isInPlace(result),
    narrowed: draft.narrowed || draft.unproven.length > 0,
    remaining,
    declined: plan.declined,
    failOn,
  })
  const left = remaining.filter(finding => !result.recoveries.some(one => isAwaited(finding, one)))
  const report = {
    plan,
    dryRun: false,
    complete: verdict === 'ok',
    leftToOwner: leftToOwner(plan, left),
    leftPods: podsOf(left),
    result,
    findings: remaining.map(withSteps),
    gaps,
  }
  return { report, verdict }
}

function isInPlace({ outcomes, recoveries }: FixResult): boolean {
  return outcomes.every(isDone) && !recoveries.some(isOpen)
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

/** A pod that the recovery tells of as not back. */
function isAwaited({ namespace, pod }: Finding, recovery: Recovery): boolean {
  return namespace === recovery.namespace && recovery.waiting.some(({ name }) => name === pod)
}

/** Findings of pods that no change aims at. */
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

/** Not all of its pods are back. */
function isOpen({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
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
