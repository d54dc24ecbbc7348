/** `pullguard fix`: read → choose → plan → prove → show → confirm → apply → verify → report. */

import { advised } from '../advice/advised.ts'
import { checkAccess } from '../apply/check-access.ts'
import { journalFolder } from '../apply/journal/state-folder.ts'
import { writePlanFile } from '../apply/plan-file.ts'
import { RefusedError } from '../errors.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import { shellWord } from '../report/escape.ts'
import { ownCommand } from '../report/invocation.ts'
import { renderFixResult } from '../report/views/fix-result.ts'
import { type PlanReportContext, renderPlan } from '../report/views/plan.ts'
import { accessRefusal } from '../report/views/questions.ts'
import { clusterIdentity } from '../source/live/cluster-identity.ts'
import { withCluster } from './cluster-session.ts'
import type { ExitName } from './context.ts'
import { applyDraft } from './fix/apply-draft.ts'
import { confirmPlan } from './fix/confirm.ts'
import { draftPlan } from './fix/draft.ts'
import { proveLogins } from './fix/prove.ts'
import { chooseRequest } from './fix/request.ts'
import { tellOfRotation } from './fix/rotated.ts'
import { savedPlan } from './fix/saved-plan.ts'
import type { Draft, FixOptions, FixSession } from './fix/session.ts'
import { readSituation } from './fix/situation.ts'
import { fixVerdict, isLiftable } from './fix/verdict.ts'
import { leftOf, type Verified, verify, verifyDryRun } from './fix/verify.ts'
import { invocationOf } from './invocation.ts'
import type { WritingContext } from './writing-context.ts'

/** Gives stuck pods what they lack. @throws UsageError, UnreachableError, RefusedError: then nothing was changed */
export async function fixCommand(options: FixOptions, context: WritingContext): Promise<ExitName> {
  const { env, home, signal } = context
  const endpoints = parseEndpoints(options.endpoints, env.PULLGUARD_REGISTRY_ENDPOINTS)
  return withCluster(context.connectWriter(options.connection), context, async (cluster, redactBy) => {
    const registries = new Registries({
      endpoints,
      env,
      clock: context.clock,
      userAgent: `pullguard/${context.version}`,
      signal,
    })
    try {
      const clusterUid = await clusterIdentity(cluster, signal)
      const journals = journalFolder(env, home, clusterUid)
      const session = { options, context, cluster, registries, clusterUid, journals, redactBy }
      return await fix(session)
    } finally {
      await registries.close()
    }
  })
}

async function fix(session: FixSession): Promise<ExitName> {
  const { options } = session
  const draft =
    options.applyFile === undefined ? await prepare(session) : await savedPlan(options.applyFile, session)
  if (options.planFile !== undefined) return savePlan(draft, session, options.planFile)
  if (options.dryRun === 'client' || options.format === 'patch') {
    return show(draft, session, { code: 'dry-run' })
  }
  if (options.format === 'table') await show(draft, session, { code: 'apply' })
  if (draft.plan.changes.length === 0) return nothingToDo(draft, session)
  await refuseForbidden(draft, session)
  if (draft.saved) await proveSaved(draft, session)
  if (options.dryRun === 'server') {
    const result = await applyDraft(draft, session, true)
    return tell(verifyDryRun(draft, result), session)
  }
  await confirmPlan(draft, session)
  const result = await applyDraft(draft, session, false)
  return tell(await verify(draft, result, session), session)
}

/** The plan for what is wrong now. */
async function prepare(session: FixSession): Promise<Draft> {
  const situation = await readSituation(session)
  const request = await chooseRequest(situation, session)
  return draftPlan(request, situation, session)
}

async function savePlan(draft: Draft, session: FixSession, file: string): Promise<ExitName> {
  await writePlanFile(file, draft.plan)
  const invocation = invocationOf(session.context, session.options.connection)
  const command = ownCommand(invocation, `fix --apply ${shellWord(file)}`)
  return show(draft, session, { code: 'saved', file, command })
}

/** @throws RefusedError where the server does not allow what the plan would write */
async function refuseForbidden({ plan }: Draft, { cluster, context }: FixSession): Promise<void> {
  const denials = await checkAccess(plan, cluster, context.signal)
  if (denials.length > 0) throw new RefusedError(accessRefusal(denials, plan.scope))
}

async function tell({ report, verdict }: Verified, session: FixSession): Promise<ExitName> {
  const gap = session.options.format === 'table' ? '\n' : ''
  await session.context.out.write(`${gap}${renderFixResult(report, view(session))}`)
  return verdict
}

/** A saved plan is applied as it is, or not at all. */
async function proveSaved(draft: Draft, session: FixSession): Promise<void> {
  const [first] = await proveLogins(draft, session)
  if (first !== undefined) throw first.error
}

async function show(draft: Draft, session: FixSession, mode: PlanReportContext['mode']): Promise<ExitName> {
  const { plan, findings, gaps } = draft
  await session.context.out.write(
    renderPlan(plan, { findings: findings.map(advised), gaps, mode }, view(session)),
  )
  return plan.changes.length === 0 ? emptyVerdict(draft, session) : 'ok'
}

async function nothingToDo(draft: Draft, session: FixSession): Promise<ExitName> {
  const { plan, findings, gaps } = draft
  const verdict = emptyVerdict(draft, session)
  if (findings.length === 0) await tellOfRotation(session)
  if (session.options.format !== 'table') {
    const result = { run: null, outcomes: [], recoveries: [], heldBack: null }
    const report = {
      plan,
      dryRun: false,
      complete: verdict === 'ok',
      ...leftOf(draft),
      result,
      findings: findings.map(advised),
      gaps,
    }
    await session.context.out.write(renderFixResult(report, view(session)))
  }
  return verdict
}

/** A fix that only declines has not fixed anything, and unknown is never healthy. */
function emptyVerdict(
  { plan, findings, gaps, narrowed, unproven }: Draft,
  { options }: FixSession,
): ExitName {
  const { declined } = plan
  if (declined.some(isLiftable) && options.failOn !== 'never') return 'refused'
  const verdict = fixVerdict({
    done: true,
    narrowed: narrowed || unproven.length > 0,
    remaining: findings,
    declined,
    failOn: options.failOn,
  })
  return verdict === 'ok' && gaps.length > 0 && findings.length === 0 ? 'incomplete' : verdict
}

function view({ options, context }: FixSession) {
  const { out } = context
  const { format, connection } = options
  return {
    format,
    invocation: invocationOf(context, connection),
    width: out.width,
    color: out.color,
    terminal: out.isTerminal,
  }
}
