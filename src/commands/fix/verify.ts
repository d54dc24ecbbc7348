/** Checks the result of a fix: what still can't pull, why it was left unchanged, which Secrets of earlier fixes are outdated, and the exit code. */

import { withSteps } from '../../advice/add-steps.ts'
import { isUndone, madeSecrets, type Run } from '../../apply/journal/run.ts'
import type { FixResult, Recovery } from '../../apply/outcome.ts'
import { isDone } from '../../apply/server-view.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding, Severity } from '../../diagnosis/finding.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { localLogins } from '../../keychain/local-logins.ts'
import { isFailedRequest } from '../../kubernetes/api/api-error.ts'
import type { Change } from '../../plan/change.ts'
import {
  type Declined,
  explains,
  isHelpedByLogin,
  isLiftable,
  isNarrowed,
  isRefusal,
  type Plan,
  reachesInto,
} from '../../plan/plan.ts'
import { countsFor } from '../../report/formats.ts'
import { wrapLines } from '../../report/screen/layout.ts'
import type { FixReport } from '../../report/views/fix-result.ts'
import { outdatedSecretsText } from '../../report/views/login-proofs.ts'
import { countPods } from '../../report/words/nouns.ts'
import { isIncomplete } from '../../report/words/outcomes.ts'
import { redact } from '../../secrecy/redact.ts'
import type { MadeSecret, ScopeSecret } from '../../snapshot/fix-objects.ts'
import { podKey } from '../../snapshot/pod.ts'
import { type Gap, uniqueGaps } from '../../snapshot/snapshot.ts'
import { type NamespaceScope, readSecretsNamed } from '../../source/live/fix-objects.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { ExitName } from '../context.ts'
import { invocationOf } from '../shared-flags.ts'
import { canHidePods, readingScope } from './fix-facts.ts'
import type { FixSession, PreparedFix } from './session.ts'

export interface FixSummary {
  report: FixReport
  exit: ExitName
}

/** Returns the report of a dry run on the server. */
export function verifyDryRun(prepared: PreparedFix, result: FixResult): FixSummary {
  const complete = isInPlace(result)
  const left = findingsWithoutChange(prepared)
  const report = reportOf(prepared, result, left, { dryRun: true, complete, findings: [] })
  return { report, exit: complete ? 'ok' : 'incomplete' }
}

/** Returns the report of a plan without changes. A fix that only declined has not fixed anything, and unknown is never healthy. */
export function verifyEmpty(prepared: PreparedFix, { options }: FixSession): FixSummary {
  const exit = exitOfEmptyPlan(prepared, options.failOn)
  const result = { run: null, outcomes: [], recoveries: [], heldBack: null }
  const { findings } = prepared
  const shown = { dryRun: false, complete: exit === 'ok', findings: findings.map(withSteps) }
  return { report: reportOf(prepared, result, findings, shown), exit }
}

function exitOfEmptyPlan(
  { plan, findings, gaps, partial, unproven }: PreparedFix,
  failOn: FixState['failOn'],
): ExitName {
  const { declined } = plan
  if (declined.some(isLiftable) && failOn !== 'never') return 'refused'
  const state = { done: true, partial: partial || unproven.length > 0, remaining: findings, declined, failOn }
  const exit = exitOf(state)
  return exit === 'ok' && gaps.length > 0 && findings.length === 0 ? 'incomplete' : exit
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
    partial: prepared.partial || prepared.unproven.length > 0 || unread.length > 0,
    remaining: findings,
    declined: prepared.plan.declined,
    failOn: session.options.failOn,
  })
  const left = findings.filter(finding => !result.recoveries.some(one => isAwaited(finding, one)))
  const shown = { dryRun: false, complete: exit === 'ok', findings: findings.map(withSteps) }
  const seen = { ...prepared, gaps: uniqueGaps([...prepared.gaps, ...unread]) }
  return { report: reportOf(seen, result, left, shown), exit }
}

/** @param left the findings that remain because nothing was written for them */
function reportOf(
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
  const changed = new Set(plan.changes.flatMap(podsChangedBy))
  return findings.filter(({ namespace, pod }) => !changed.has(podKey(namespace, pod)))
}

/** Returns the keys of the pods that the change replaces; none for a Secret or a service account, which can have a pod's name. */
function podsChangedBy(change: Change): string[] {
  const { namespace, kind, name } = change.target
  if (change.action === 'patch-template') return change.pods.map(pod => podKey(namespace, pod))
  return kind === 'Pod' ? [podKey(namespace, name)] : []
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
  const { findings, unread } = await readFindings(prepared, session)
  return { findings: unread.length === 0 ? findings : withThose(left, findings), unread }
}

/** Returns `findings` and those of `left` that are not among them. */
function withThose(left: Finding[], findings: Finding[]): Finding[] {
  const place = ({ namespace, pod, container }: Finding) => `${namespace}/${pod}/${container}`
  const known = new Set(findings.map(place))
  return [...findings, ...left.filter(finding => !known.has(place(finding)))]
}

/** Returns the current findings. That the cluster does not answer is a gap, because the outcomes must be reported anyway. */
async function readFindings({ plan }: PreparedFix, { cluster, context }: FixSession): Promise<Remaining> {
  const { excluded } = plan.scope
  const watching = { takenAt: context.now().toISOString(), signal: context.signal }
  try {
    const snapshot = await readCluster(cluster, readingScope(plan.scope), watching)
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

/**
 * Prints on standard error how to renew Secrets of earlier fixes whose login is no longer this machine's. Nothing fails yet, so unreadable
 * Secrets and missing logins are not reported.
 */
export async function warnOfOutdatedSecrets(
  { plan: { scope }, runs: all }: PreparedFix,
  session: FixSession,
): Promise<void> {
  const { options, context } = session
  // A fix of specific pods does not report what was written for others.
  if (!options.authenticate || isNarrowed(scope)) return
  const runs = all.filter(run => canBeUndone(run, options.secretName))
  const registries = [...new Set(runs.flatMap(({ plan }) => plan?.registries ?? []))]
  const written = new Set(runs.flatMap(secretNamespaces))
  const namespaces = [...written].filter(name => reachesInto(scope, name))
  if (registries.length === 0 || namespaces.length === 0) return
  const wanted = registries.map(registry => ({ registry, repositories: [] }))
  const { credentials } = await localLogins(wanted, context)
  if (credentials.length === 0) return
  const made = madeSecrets(all, session.clusterUid)
  const where = { namespaces, wide: scope.namespaces === null }
  const secrets = await countOutdated(PullSecretContent.of(credentials), made, where, session)
  if (secrets === 0) return
  const text = outdatedSecretsText({ secrets, registries, scope }, invocationOf(context, options.connection))
  await context.err.write(wrapLines(text, context.err.width))
}

/** Returns how many Secrets of earlier fixes lack a login of the content. */
async function countOutdated(
  content: PullSecretContent,
  made: MadeSecret[],
  where: NamespaceScope,
  { options: { secretName }, reading }: FixSession,
): Promise<number> {
  const named = { secretName, wanted: content, madeSecrets: made }
  const secrets = await readSecretsNamed(reading, where, named)
  const isCurrent = ({ served }: ScopeSecret) => content.keys.every(key => served.includes(key))
  return secrets.filter(secret => secret.ours && !isCurrent(secret)).length
}

function canBeUndone(run: Run, secretName: string): boolean {
  return run.plan?.secretName === secretName && !isUndone(run)
}

function secretNamespaces({ entries }: Run): string[] {
  return entries.flatMap(({ change: { target } }) => (target.kind === 'Secret' ? [target.namespace] : []))
}
