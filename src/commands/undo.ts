/** `pullguard undo [RUN]`: shows what a run wrote that is still there, and takes it back. */

import type { Progress } from '../apply/apply-context.ts'
import { applyUndo } from '../apply/apply-undo.ts'
import { Journal, journalFolder } from '../apply/journal.ts'
import { planUndo } from '../apply/plan-undo.ts'
import {
  findRun,
  isTakenBack,
  leavesTraces,
  listRuns,
  mayHaveWritten,
  type Run,
} from '../apply/read-journal.ts'
import type { UndoOutcome, UndoStep } from '../apply/undo-step.ts'
import { RefusedError, UsageError } from '../errors.ts'
import type { ClusterWriter } from '../kubernetes/cluster.ts'
import { progressText, undoEndedEarlyText } from '../report/progress.ts'
import { undoQuestion } from '../report/questions.ts'
import {
  anotherRunText,
  renderRuns,
  renderUndoPlan,
  renderUndoResult,
  type UndoReport,
  type UndoReportOptions,
} from '../report/undo.ts'
import { redact } from '../secrecy/redact.ts'
import { clusterIdentity } from '../source/fix-scope/cluster-identity.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'

export interface UndoOptions {
  connection: ConnectionFlags
  /** The newest without one. */
  run?: string
  list: boolean
  yes: boolean
  dryRun: 'none' | 'client' | 'server'
  format: UndoReportOptions['format']
}

/** Takes one run back, or lists them. @throws UsageError for a run that is none; RefusedError where not confirmed; UnreachableError */
export async function undoCommand(options: UndoOptions, context: CommandContext): Promise<ExitName> {
  return withCluster(options.connection, context, async cluster => {
    const clusterUid = await clusterIdentity(cluster, context.signal)
    const folder = journalFolder(context.env, context.home, clusterUid)
    const runs = await listRuns(folder)
    // By its address this cluster has no journal; under its own name, which this login can't see, it may have.
    if (runs.length === 0 && clusterUid === cluster.server) {
      throw new UsageError(
        'Which cluster this is can\'t be told, so its runs can\'t be found: ask for get on namespace "kube-system".',
      )
    }
    if (options.list) return list(runs, options, context)
    const run = findRun(runs, options.run)
    return takeBack(run, folder, { options, context, cluster, others: runs.filter(other => other !== run) })
  })
}

async function list(runs: Run[], options: UndoOptions, context: CommandContext): Promise<ExitName> {
  const lines = runs.map(run => ({
    run: run.run,
    startedAt: run.startedAt,
    namespaces: run.namespaces,
    changes: run.entries.filter(mayHaveWritten).length,
    takenBack: isTakenBack(run),
    onlyPods: !leavesTraces(run),
  }))
  await context.out.write(renderRuns(lines, view(options, context)))
  return 'ok'
}

/** Nothing was left to take back of this one; somebody may think that goes for all. */
async function tellOfAnother({ options, context, others }: UndoSession): Promise<void> {
  const open = others.find(run => !isTakenBack(run))
  if (open && options.format === 'table')
    await context.err.write(anotherRunText(open.run, invocationOf(context, options.connection)))
}

interface UndoSession {
  options: UndoOptions
  context: CommandContext
  cluster: ClusterWriter
  /** The other runs, newest first. */
  others: Run[]
}

async function takeBack(run: Run, folder: string, session: UndoSession): Promise<ExitName> {
  const { options, context, cluster } = session
  const steps = await planUndo(run, session.others, cluster, context.signal)
  await context.out.write(renderUndoPlan(run.run, steps, view(options, context)))
  const writes = steps.some(({ action }) => action !== 'leave')
  const wet = writes && options.dryRun !== 'client'
  if (wet && options.dryRun === 'none') await confirm(steps, session)
  const outcomes = wet ? await carryOut(run, steps, folder, session) : []
  const lost = steps.some(step => step.action === 'leave' && step.reason === 'pod-taken-away')
  const complete = !lost && outcomes.every(({ status }) => DONE.includes(status))
  const dryRun = options.dryRun !== 'none'
  const report: UndoReport = { run: run.run, dryRun, complete, steps, outcomes }
  if (wet || options.format !== 'table') {
    await context.out.write(renderUndoResult(report, view(options, context)))
  }
  if (!writes) await tellOfAnother(session)
  return complete ? 'ok' : 'incomplete'
}

const DONE: UndoOutcome['status'][] = ['applied', 'accepted', 'unchanged', 'left']

/** Tried on the server first; what it refuses there is not begun. */
async function carryOut(
  run: Run,
  steps: UndoStep[],
  folder: string,
  { options, context, cluster }: UndoSession,
): Promise<UndoOutcome[]> {
  const journal = new Journal(folder, run.run, null)
  const progress = await context.progress()
  let writing = false
  const onProgress = (news: Progress) => {
    writing = news.phase === 'writing'
    progress.update(progressText(news))
  }
  const undoing = { cluster, journal, redact, onProgress, signal: context.signal }
  try {
    const tried = await applyUndo(steps, undoing, true)
    if (options.dryRun === 'server') return tried
    const refused = new Set(tried.filter(({ status }) => !DONE.includes(status)).map(({ id }) => id))
    const open = steps.filter(({ id }) => !refused.has(id))
    const written = await applyUndo(open, undoing, false)
    return steps.flatMap(({ id }) => written.find(one => one.id === id) ?? tried.filter(one => one.id === id))
  } catch (error) {
    progress.stop()
    if (writing)
      await context.err.write(undoEndedEarlyText(run.run, invocationOf(context, options.connection)))
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
}

async function confirm(steps: UndoStep[], { options, context, cluster }: UndoSession): Promise<void> {
  if (options.yes) return
  if (!context.ask.available) {
    throw new RefusedError(
      'Nobody is at a terminal to confirm this, so nothing was changed: --yes takes it back, --dry-run=client only shows it.',
    )
  }
  const agreed = await context.ask.confirm(undoQuestion(steps, cluster.context ?? cluster.server))
  if (!agreed) throw new RefusedError('Not confirmed, so nothing was changed.')
}

function view({ format, connection }: UndoOptions, context: CommandContext): UndoReportOptions {
  const { out } = context
  return {
    format,
    invocation: invocationOf(context, connection),
    width: out.width,
    colour: out.colour,
    terminal: out.isTerminal,
  }
}
