/** Checks what became of a fix: which pods still can't pull, and with which exit code the command ends. */

import { withSteps } from '../../advice/add-steps.ts'
import type { FixResult, Recovery } from '../../apply/outcome.ts'
import { isDone } from '../../apply/server-view.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding, Severity } from '../../diagnosis/finding.ts'
import { isFailedRequest } from '../../kubernetes/api/api-error.ts'
import {
  type Declined,
  explains,
  isHelpedByLogin,
  isLiftable,
  isRefusal,
  type Plan,
  podsReplacedBy,
} from '../../plan/plan.ts'
import { countsFor } from '../../report/formats.ts'
import type { FixReport } from '../../report/machine/fix-document.ts'
import { countPods } from '../../report/words/nouns.ts'
import { isIncomplete } from '../../report/words/plan/outcomes.ts'
import { redact } from '../../secrecy/redact.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import { type Gap, uniqueGaps } from '../../snapshot/snapshot.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { ExitName } from '../context.ts'
import { canHidePods, readingScope } from './fix-scope.ts'
import type { FixSession, PreparedFix } from './session.ts'

export interface FixSummary {
  report: FixReport
  exit: ExitName
}

/** Returns the report of a dry run on the server. */
export function verifyDryRun(prepared: PreparedFix, result: FixResult): FixSummary {
  // As after the fix itself: what was not read may need changes, too.
  const complete = isInPlace(result) && !isPartial(prepared)
  const left = findingsWithoutChange(prepared)
  const report = reportOf(prepared, result, left, { dryRun: true, complete, findings: [] })
  return { report, exit: complete ? 'ok' : 'incomplete' }
}

/** Checks the scope after the plan was applied. @throws the signal's reason */
export async function verify(
  prepared: PreparedFix,
  result: FixResult,
  session: FixSession,
): Promise<FixSummary> {
  const { findings, unread } = await remainingFindings(prepared, result, session)
  const exit = exitOf({
    done: isInPlace(result),
    partial: isPartial(prepared) || unread.length > 0,
    remaining: findings,
    declined: prepared.plan.declined,
    failOn: session.options.failOn,
  })
  const left = findings.filter(finding => !result.recoveries.some(one => isAwaited(finding, one)))
  const shown = { dryRun: false, complete: exit === 'ok', findings: findings.map(withSteps) }
  const seen = { ...prepared, gaps: uniqueGaps([...prepared.gaps, ...unread]) }
  return { report: reportOf(seen, result, left, shown), exit }
}

/** Whether changes may be missing from the plan. */
function isPartial({ partial, unproven }: PreparedFix): boolean {
  return partial || unproven.length > 0
}

/** @param left the findings that remain because nothing was written for them */
export function reportOf(
  { plan, gaps }: PreparedFix,
  result: FixResult,
  left: Finding[],
  shown: Pick<FixReport, 'dryRun' | 'complete' | 'findings'>,
): FixReport {
  return {
    plan,
    result,
    gaps,
    leftToOwner: countLeftToOwners(plan, left),
    leftPods: countPods(left),
    ...shown,
  }
}

function isInPlace({ outcomes, recoveries }: FixResult): boolean {
  return outcomes.every(isDone) && !recoveries.some(isIncomplete)
}

/** Counts the findings that a credential or a new pod would help, if the plan left an object to its owner. */
function countLeftToOwners({ declined }: Plan, left: Finding[]): number {
  if (!declined.some(isRefusal)) return 0
  return left.filter(isHelpedByLogin).length
}

/** Whether the recovery already reports the finding's pod as not back. */
function isAwaited({ namespace, pod }: Finding, recovery: Recovery): boolean {
  return namespace === recovery.namespace && recovery.waiting.some(({ name }) => name === pod)
}

/** Returns the findings of pods that no change affects. */
function findingsWithoutChange({ plan, findings }: PreparedFix): Finding[] {
  const changed = new Set(plan.changes.flatMap(podsReplacedBy))
  return findings.filter(({ namespace, pod }) => !changed.has(objectKey(namespace, pod)))
}

interface Remaining {
  findings: Finding[]
  /** The gaps that can hide other findings. */
  unread: Gap[]
}

/**
 * Returns the findings that remain in the scope. Doesn't read the cluster again if all affected pods have recovered or no pod was changed.
 */
async function remainingFindings(
  prepared: PreparedFix,
  result: FixResult,
  session: FixSession,
): Promise<Remaining> {
  const left = findingsWithoutChange(prepared)
  const open = result.recoveries.some(isIncomplete)
  const isKnown = (!open && left.length === 0) || result.recoveries.length === 0
  if (!prepared.saved && isKnown) return { findings: left, unread: [] }
  const { findings, unread } = await readFindings(prepared.plan, session)
  return { findings: unread.length === 0 ? findings : withThose(left, findings), unread }
}

/** Returns `findings` and those of `left` that are not among them. */
function withThose(left: Finding[], findings: Finding[]): Finding[] {
  const place = ({ namespace, pod, container }: Finding) => `${namespace}/${pod}/${container}`
  const known = new Set(findings.map(place))
  return [...findings, ...left.filter(finding => !known.has(place(finding)))]
}

/** Returns the current findings in the plan's scope. That the cluster does not answer is a gap, because the outcomes must be reported anyway. */
export async function readFindings(
  { scope }: Pick<Plan, 'scope'>,
  { cluster, context }: FixSession,
): Promise<Remaining> {
  const { excluded } = scope
  const watching = { takenAt: context.now().toISOString(), signal: context.signal }
  try {
    const snapshot = await readCluster(cluster, readingScope(scope), watching)
    const { findings, gaps } = diagnose(snapshot)
    return {
      findings: findings.filter(({ namespace }) => !excluded.includes(namespace)),
      unread: gaps.filter(canHidePods),
    }
  } catch (error) {
    if (!isFailedRequest(error)) throw error
    return {
      findings: [],
      unread: [{ what: 'pods', namespace: null, why: 'failed', detail: redact(error.message) }],
    }
  }
}

export interface FixState {
  /** Whether every planned change is in place and every pod it was made for has recovered. */
  done: boolean
  /** Whether part of the scope could not be read, so that changes may be missing from the plan. */
  partial: boolean
  /** Findings that remain in the scope. */
  remaining: readonly Finding[]
  declined: readonly Declined[]
  failOn: Severity | 'never'
}

/** Returns the exit code for the scope's current state, whether this run or an earlier one caused it. Unknown is never healthy. */
export function exitOf({ done, partial, remaining, declined, failOn }: FixState): ExitName {
  if (!done || partial) return 'incomplete'
  const deciding = remaining.filter(finding => countsFor(finding, failOn))
  if (deciding.length === 0) return 'ok'
  return deciding.some(finding => declined.some(one => isLiftable(one) && explains(one, finding)))
    ? 'refused'
    : 'findings'
}
