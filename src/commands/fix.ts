/** `pullguard fix`: read → choose → plan → prove → show → confirm → apply → verify → report. */

import { withSteps } from '../advice/add-steps.ts'
import { journalFolders } from '../apply/journal/state-folder.ts'
import { checkAccess } from '../apply/permissions.ts'
import { RefusedError } from '../errors.ts'
import type { PlanScope } from '../plan/plan.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import { isForPeople } from '../report/formats.ts'
import { ownCommand } from '../report/invocation.ts'
import { shellWord } from '../report/sanitize.ts'
import { renderFixResult } from '../report/views/fix-result.ts'
import { type PlanReportContext, renderPlan } from '../report/views/plan.ts'
import { accessRefusal, confirmation } from '../report/views/questions.ts'
import { Reading } from '../source/live/reading.ts'
import { withCluster } from './cluster-session.ts'
import type { ExitName } from './context.ts'
import { executeFix } from './fix/execute-fix.ts'
import { readFixFacts } from './fix/fix-facts.ts'
import { verifyEmpty, warnOfOutdatedSecrets } from './fix/nothing-to-change.ts'
import { prepareFix } from './fix/prepare-fix.ts'
import { proveLogins } from './fix/prove-logins.ts'
import { chooseRequest } from './fix/request.ts'
import type { FixOptions, FixSession, PreparedFix } from './fix/session.ts'
import { type FixSummary, verify, verifyDryRun } from './fix/verify-fix.ts'
import { invocationOf, invocationOfFix, screenOf } from './shared-flags.ts'
import { confirmWrite, type WritingContext } from './writing-context.ts'

/** Fixes stuck pods. @throws UsageError, UnreachableError; RefusedError if nothing was changed */
export async function fixCommand(options: FixOptions, context: WritingContext): Promise<ExitName> {
  const { env, home, signal } = context
  const endpoints = parseEndpoints(options.endpoints, env)
  return withCluster(context.connectWriter(options.connection), context, async cluster => {
    const registries = new Registries(endpoints, context)
    try {
      const reading = new Reading(cluster, { signal })
      const clusterUid = await reading.clusterIdentity()
      const journals = journalFolders(env, home, { uid: clusterUid, server: cluster.server })
      const session = { options, context, cluster, reading, registries, clusterUid, journals }
      return await fix(session)
    } finally {
      await registries.close()
    }
  })
}

async function fix(session: FixSession): Promise<ExitName> {
  const { options } = session
  const prepared = await prepare(session)
  if (options.planFile !== undefined) return savePlan(prepared, session, options.planFile)
  if (options.dryRun === 'client' || options.format === 'patch') {
    return showPlan(prepared, session, { code: 'dry-run' })
  }
  if (isForPeople(options.format)) await showPlan(prepared, session, { code: 'apply' })
  await showWhereAsked(prepared, session)
  if (prepared.plan.changes.length === 0) return nothingToDo(prepared, session)
  await refuseForbidden(prepared, session)
  if (prepared.saved) await proveSaved(prepared, session)
  const dryRun = options.dryRun === 'server'
  if (!dryRun) await confirmPlan(prepared, session)
  const result = await executeFix(prepared, session, { dryRun })
  const verified = dryRun ? verifyDryRun(prepared, result) : await verify(prepared, result, session)
  return printResult(verified, session)
}

/** Loads the saved plan or, without one, plans a fix for the current findings. */
async function prepare(session: FixSession): Promise<PreparedFix> {
  const { applyFile } = session.options
  if (applyFile !== undefined) {
    const { savedPlan } = await import('./fix/saved-plan.ts')
    return savedPlan(applyFile, session)
  }
  const facts = await readFixFacts(session)
  const request = await chooseRequest(facts, session)
  return prepareFix(request, facts, session)
}

async function savePlan(prepared: PreparedFix, session: FixSession, file: string): Promise<ExitName> {
  const { writePlanFile } = await import('../apply/plan-file.ts')
  await writePlanFile(file, prepared.plan)
  const invocation = invocationOf(session.context, session.options.connection)
  const command = ownCommand(invocation, `fix --apply ${shellWord(file)}`)
  return showPlan(prepared, session, { code: 'saved', file, command })
}

/** @throws RefusedError if the server does not allow this user to write what the plan contains */
async function refuseForbidden({ plan }: PreparedFix, { cluster, context }: FixSession): Promise<void> {
  const denials = await checkAccess(plan, cluster, context.signal)
  if (denials.length > 0) throw new RefusedError(accessRefusal(denials, plan.scope))
}

async function printResult({ report, exit }: FixSummary, session: FixSession): Promise<ExitName> {
  const belowPlan = isForPeople(session.options.format) ? '\n' : ''
  await session.context.out.write(`${belowPlan}${renderFixResult(report, view(session, report.plan.scope))}`)
  return exit
}

/** A saved plan is applied exactly or not at all, so a single login that fails its proof ends the run. */
async function proveSaved(prepared: PreparedFix, session: FixSession): Promise<void> {
  const [first] = await proveLogins(prepared, session)
  if (first !== undefined) throw first.error
}

async function showPlan(
  prepared: PreparedFix,
  session: FixSession,
  mode: PlanReportContext['mode'],
): Promise<ExitName> {
  const { plan } = prepared
  await session.context.out.write(renderPlan(plan, planContext(prepared, mode), view(session, plan.scope)))
  return plan.changes.length === 0 ? verifyEmpty(prepared, session).exit : 'ok'
}

/** Shows the plan on standard error, where the question appears, if standard output goes elsewhere. */
async function showWhereAsked(prepared: PreparedFix, session: FixSession): Promise<void> {
  const { plan } = prepared
  const { options, context } = session
  const { err, out } = context
  if (!asksBefore(session) || plan.changes.length === 0) return
  if (out.isTerminal && isForPeople(options.format)) return
  const shown = { ...view(session, plan.scope), format: 'table' as const, ...screenOf(err) }
  await err.write(renderPlan(plan, planContext(prepared, { code: 'apply' }), shown))
}

/** Whether the user will be asked to confirm the plan. */
function asksBefore({ options, context }: FixSession): boolean {
  return !options.yes && options.dryRun === 'none' && context.ask.available
}

/**
 * Asks for confirmation: a yes or, for large plans, the context's name, with one retry after a wrong word.
 * @throws RefusedError if no one can be asked or the answer is no
 */
export async function confirmPlan(
  { plan }: PreparedFix,
  { options, context, cluster }: FixSession,
): Promise<void> {
  if (options.yes) return
  const { ask } = context
  const wanted = confirmation({ plan, cluster: cluster.context ?? cluster.server })
  await confirmWrite(ask, 'apply', async () => {
    if (wanted.typed === null) return ask.confirm(wanted.question)
    const { typed, question, again } = wanted
    const answer = (await ask.text(question)).trim()
    return typed.includes(answer) || typed.includes((await ask.text(again(answer))).trim())
  })
}

/** Returns the context that the plan's report needs in addition to the plan. */
function planContext(
  { findings, gaps, pods }: PreparedFix,
  mode: PlanReportContext['mode'],
): PlanReportContext {
  return { findings: findings.map(withSteps), gaps, ...(pods !== undefined && { pods }), mode }
}

async function nothingToDo(prepared: PreparedFix, session: FixSession): Promise<ExitName> {
  const verified = verifyEmpty(prepared, session)
  if (prepared.findings.length === 0) await warnOfOutdatedSecrets(prepared, session)
  return isForPeople(session.options.format) ? verified.exit : printResult(verified, session)
}

function view({ options, context }: FixSession, scope: PlanScope) {
  const { format, connection } = options
  return { format, invocation: invocationOfFix(context, connection, scope), ...screenOf(context.out) }
}
