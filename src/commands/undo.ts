/** `pullguard undo [RUN]`: shows which of a run's changes still exist, and undoes them. */

import type { ApplyPhase } from '../apply/apply-context.ts'
import { applyUndo } from '../apply/apply-undo.ts'
import {
  findRun,
  isDamaged,
  type RecordedRuns,
  recordedRuns,
  unreadRuns,
  withContinued,
} from '../apply/journal/find-runs.ts'
import { journalsOf } from '../apply/journal/journal.ts'
import { isUndone, mayHaveWritten, type Run, wroteMoreThanPods } from '../apply/journal/run.ts'
import { journalFolders } from '../apply/journal/state-folder.ts'
import { keepsLogin, planUndo } from '../apply/plan-undo.ts'
import type { UndoOutcome, UndoStep } from '../apply/undo-step.ts'
import { RefusedError } from '../errors.ts'
import { isFailedRequest, isForbidden } from '../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import { isForPeople } from '../report/formats.ts'
import type { UndoReport } from '../report/machine/fix-document.ts'
import { progressText } from '../report/views/progress.ts'
import { damagedLineText, undoQuestion } from '../report/views/questions.ts'
import { type RunLine, renderRuns } from '../report/views/runs.ts'
import {
  anotherRunText,
  interruptedUndoText,
  renderUndoPlan,
  renderUndoResult,
  type UndoReportOptions,
} from '../report/views/undo.ts'
import { isNotUndone } from '../report/words/plan/outcomes.ts'
import { Reading } from '../source/live/reading.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf, screenOf } from './shared-flags.ts'
import { writeNote } from './write-note.ts'
import { confirmWrite, type WritingContext } from './writing-context.ts'

export interface UndoOptions {
  connection: ConnectionFlags
  /** The run's name or a prefix of it; the newest run if absent. */
  run?: string
  list: boolean
  yes: boolean
  dryRun: 'none' | 'client' | 'server'
  format: UndoReportOptions['format']
}

/** Undoes one run, or lists the runs. @throws UsageError for an unknown run; RefusedError if not confirmed; UnreachableError */
export async function undoCommand(options: UndoOptions, context: WritingContext): Promise<ExitName> {
  return withCluster(context.connectWriter(options.connection), context, async cluster => {
    const recorded = await readRuns(cluster, context)
    const runs = recorded.flatMap(one => one.runs)
    const unread = unreadRuns(recorded)
    if (options.list) {
      const listed = await showRuns(runs, cluster, options, context)
      return unread.length > 0 ? 'incomplete' : listed
    }
    const named = findRun(runs, options.run, unread)
    const beside = recorded.find(one => one.runs.includes(named)) ?? recorded[0]
    const run = withContinued(named, beside.runs)
    const others = runs.filter(
      other => !run.entries.some(entry => entry.run === other.run) && other !== named,
    )
    return undoRun(run, beside, { options, context, cluster, others })
  })
}

/** Reads this machine's runs against the cluster. @throws RefusedError if the cluster can't be identified */
async function readRuns(cluster: ClusterReader, context: CommandContext): ReturnType<typeof recordedRuns> {
  const uid = await new Reading(cluster, { signal: context.signal }).clusterIdentity()
  const { server } = cluster
  const folders = journalFolders(context.env, context.home, { uid, server })
  const recorded = await recordedRuns(folders, server, line => writeNote(context, damagedLineText(line)))
  // No journal exists under this cluster's address; one may exist under its uid, which this login can't read.
  if (uid === server && recorded.every(({ runs }) => runs.length === 0)) {
    throw new RefusedError(
      "Can't identify this cluster, so its runs can't be found: ask for permission to get the namespace kube-system.",
    )
  }
  return recorded
}

async function showRuns(
  runs: Run[],
  cluster: ClusterReader,
  options: UndoOptions,
  context: CommandContext,
): Promise<ExitName> {
  const lines = await runLines(runs, cluster, context.signal)
  await context.out.write(renderRuns(lines, view(options, context)))
  return lines.some(({ state }) => state === 'unknown') ? 'incomplete' : 'ok'
}

/**
 * After an undo, names another run that can still be undone, because `undo` without a name always means the newest. A run whose changes
 * can't be read is skipped: this undo is done either way.
 */
async function suggestAnotherRun({ options, context, cluster, others }: UndoSession): Promise<void> {
  if (!isForPeople(options.format)) return
  for (const run of others.filter(one => !isUndone(one))) {
    const state = await stateOf(run, others, cluster, context.signal).catch(unreadable)
    if (state !== 'in-place') continue
    const invocation = invocationOf(context, options.connection)
    await context.err.write(anotherRunText(run.run, invocation, context.err.width))
    return
  }
}

function unreadable(error: unknown): null {
  if (!isFailedRequest(error)) throw error
  return null
}

interface UndoSession {
  options: UndoOptions
  context: CommandContext
  cluster: ClusterWriter
  /** The other runs, newest first. */
  others: Run[]
}

async function undoRun(run: Run, recorded: RecordedRuns, session: UndoSession): Promise<ExitName> {
  const { folder } = recorded
  const { options, context, cluster } = session
  const steps = isUndone(run) ? [] : await planUndo(run, session.others, cluster, { signal: context.signal })
  const kept = steps.filter(keepsLogin).map(({ target }) => target)
  const continued = [...new Set(run.entries.map(entry => entry.run))].filter(name => name !== run.run)
  const plan = { run: run.run, continued, steps, kept }
  await context.out.write(renderUndoPlan(plan, view(options, context)))
  const outcomes = await executeAsAsked(run, steps, folder, session)
  const dryRun = options.dryRun !== 'none'
  const writes = steps.some(isWrite)
  const restoresAll = kept.length === 0 && !steps.some(isLostPod) && !isDamaged(run, recorded)
  if (restoresAll && !writes && !dryRun && !isUndone(run)) await recordOver(run, folder)
  const complete = restoresAll && !outcomes.some(isNotUndone)
  if (writes || !isForPeople(options.format)) {
    const report: UndoReport = { ...plan, dryRun, complete, outcomes }
    await context.out.write(renderUndoResult(report, view(options, context)))
  }
  await suggestAnotherRun(session)
  return complete ? 'ok' : 'incomplete'
}

function isWrite({ action }: UndoStep): boolean {
  return action !== 'leave'
}

/** Whether a pod that the run deleted can't be brought back. */
function isLostPod(step: UndoStep): boolean {
  return step.action === 'leave' && step.reason === 'pod-taken-away'
}

/** Does what the flags ask for, after a confirmation. @throws RefusedError if not confirmed */
async function executeAsAsked(
  run: Run,
  steps: UndoStep[],
  folder: string,
  session: UndoSession,
): Promise<UndoOutcome[]> {
  const { dryRun } = session.options
  if (dryRun === 'client' || !steps.some(isWrite)) return []
  if (dryRun === 'none') await confirm(session)
  return executeUndo(run, steps, folder, session)
}

/** Records that nothing of the run is left, so that later undos skip it. */
async function recordOver(run: Run, folder: string): Promise<void> {
  const journal = journalsOf(run, folder)
  try {
    await journal.append({ type: 'over' })
  } finally {
    await journal.close()
  }
}

/** Dry-runs every step and then writes those that the server accepted. */
async function executeUndo(
  run: Run,
  steps: UndoStep[],
  folder: string,
  { options, context, cluster }: UndoSession,
): Promise<UndoOutcome[]> {
  const journal = journalsOf(run, folder)
  const progress = await context.progress()
  let writing = false
  const onProgress = (news: ApplyPhase) => {
    writing = news.phase === 'writing'
    progress.update(progressText(news))
  }
  const undoing = { cluster, journal, onProgress, signal: context.signal }
  try {
    const tried = await applyUndo(steps, { ...undoing, dryRun: true })
    if (options.dryRun === 'server') return tried
    const refused = new Set(tried.filter(isNotUndone).map(({ id }) => id))
    const open = steps.filter(({ id }) => !refused.has(id))
    const written = await applyUndo(open, { ...undoing, dryRun: false })
    return steps.flatMap(({ id }) => written.find(one => one.id === id) ?? tried.filter(one => one.id === id))
  } catch (error) {
    progress.stop()
    if (writing)
      await context.err.write(
        interruptedUndoText(run.run, invocationOf(context, options.connection), context.err.width),
      )
    else if (context.signal.aborted) await context.err.write('Canceled. Nothing was changed.\n')
    throw error
  } finally {
    progress.stop()
    await journal.close()
  }
}

async function confirm({ options, context, cluster }: UndoSession): Promise<void> {
  if (options.yes) return
  const question = undoQuestion(cluster.context ?? cluster.server)
  await confirmWrite(context.ask, 'undo', () => context.ask.confirm(question))
}

function view({ format, connection }: UndoOptions, context: CommandContext): UndoReportOptions {
  return { format, invocation: invocationOf(context, connection), ...screenOf(context.out) }
}

/** Returns one line per run on this machine, with what is left of it in the cluster, in the order of `runs`. @throws ApiError */
async function runLines(runs: Run[], cluster: ClusterReader, signal: AbortSignal): Promise<RunLine[]> {
  const lines: RunLine[] = []
  for (const run of runs) {
    const state = await stateOf(run, runs, cluster, signal).catch(unknownIfForbidden)
    lines.push({
      run: run.run,
      startedAt: run.startedAt,
      context: run.cluster.context,
      user: run.user ?? null,
      namespaces: run.namespaces,
      ...(run.only !== undefined && { only: run.only }),
      changes: run.entries.filter(mayHaveWritten).length,
      state,
      takenBack: state === 'undone' || state === 'over',
      onlyPods: state === 'only-pods',
    })
  }
  return lines
}

/** A user who may not read one object can still see the other runs. @throws any other error */
function unknownIfForbidden(error: unknown): 'unknown' {
  if (!isForbidden(error)) throw error
  return 'unknown'
}

/** Returns whether the run can still be undone, from what the journal says it wrote and what of that still exists in the cluster. */
async function stateOf(
  run: Run,
  runs: Run[],
  cluster: ClusterReader,
  signal: AbortSignal,
): Promise<RunLine['state']> {
  if (!wroteMoreThanPods(run)) return 'only-pods'
  if (isUndone(run)) return run.nothingLeft ? 'over' : 'undone'
  const others = runs.filter(other => other !== run)
  const steps = await planUndo(run, others, cluster, { signal })
  return steps.some(step => step.action !== 'leave' || keepsLogin(step)) ? 'in-place' : 'over'
}
