/** `pullguard fix`: plan → show → may I, can it → confirm → try on the server → write → wait → verdict. */

import { advised } from '../advice/advised.ts'
import { checkAccess } from '../apply/check-access.ts'
import { journalFolder } from '../apply/journal/state-folder.ts'
import { writePlanFile } from '../apply/plan-file.ts'
import { RefusedError } from '../errors.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import { shellWord } from '../report/escape.ts'
import { ownCommand } from '../report/invocation.ts'
import { accessRefusal } from '../report/views/access.ts'
import { renderFixResult } from '../report/views/fix-result.ts'
import { type PlanNews, renderPlan } from '../report/views/plan.ts'
import { clusterIdentity } from '../source/live/cluster-identity.ts'
import { withCluster } from './cluster-session.ts'
import type { ExitName } from './context.ts'
import { carryOut, leftOf } from './fix/carry-out.ts'
import { confirmPlan } from './fix/confirm.ts'
import { draftPlan } from './fix/draft.ts'
import { proveLogins } from './fix/prove.ts'
import { tellOfRotation } from './fix/rotated.ts'
import { savedPlan } from './fix/saved-plan.ts'
import type { Draft, FixOptions, FixSession } from './fix/session.ts'
import { fixVerdict, isLiftable } from './fix/verdict.ts'
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
      const { applyFile } = options
      return await act(
        applyFile === undefined ? await draftPlan(session) : await savedPlan(applyFile, session),
        session,
      )
    } finally {
      await registries.close()
    }
  })
}

async function act(draft: Draft, session: FixSession): Promise<ExitName> {
  const { options, context, cluster } = session
  const { plan } = draft
  const { planFile } = options
  if (planFile !== undefined) {
    await writePlanFile(planFile, plan)
    const command = ownCommand(
      invocationOf(context, options.connection),
      `fix --apply ${shellWord(planFile)}`,
    )
    return show(draft, session, { code: 'saved', file: planFile, command })
  }
  if (options.dryRun === 'client' || options.format === 'patch') {
    return show(draft, session, { code: 'dry-run' })
  }
  if (options.format === 'table') await show(draft, session, { code: 'carry-out' })
  if (plan.changes.length === 0) return nothingToDo(draft, session)
  const denials = await checkAccess(plan, cluster, context.signal)
  if (denials.length > 0) throw new RefusedError(accessRefusal(denials, plan.scope))
  if (draft.saved) await proveSaved(draft, session)
  const dryRun = options.dryRun === 'server'
  if (!dryRun) await confirmPlan(draft, session)
  const { report, verdict } = await carryOut(draft, session, dryRun)
  const gap = options.format === 'table' ? '\n' : ''
  await context.out.write(`${gap}${renderFixResult(report, view(session))}`)
  return verdict
}

/** A saved plan is applied as it is, or not at all. */
async function proveSaved(draft: Draft, session: FixSession): Promise<void> {
  const [first] = await proveLogins(draft, session)
  if (first !== undefined) throw first.error
}

async function show(draft: Draft, session: FixSession, mode: PlanNews['mode']): Promise<ExitName> {
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
