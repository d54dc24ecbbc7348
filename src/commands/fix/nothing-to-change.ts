/** A fix without changes: its report and exit code, and whether Secrets of earlier fixes have logins that this machine no longer has. */

import { withSteps } from '../../advice/add-steps.ts'
import { isUndone, madeSecrets, type Run } from '../../apply/journal/run.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { localLogins } from '../../keychain/local-logins.ts'
import { isLiftable, isNarrowed, reachesInto } from '../../plan/plan.ts'
import { outdatedSecretsText } from '../../report/views/login-proofs.ts'
import type { MadeSecret, ScopeSecret } from '../../snapshot/fix-objects.ts'
import { type NamespaceScope, readSecretsNamed } from '../../source/live/scope-objects.ts'
import type { ExitName } from '../context.ts'
import { invocationOf } from '../shared-flags.ts'
import { writeNote } from '../write-note.ts'
import type { FixSession, PreparedFix } from './session.ts'
import { exitOf, type FixState, type FixSummary, reportOf } from './verify-fix.ts'

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
  await writeNote(context, text)
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
