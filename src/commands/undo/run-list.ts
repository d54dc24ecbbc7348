/** The runs on this machine, and what is left of each in the cluster. */

import { isUndone, mayHaveWritten, type Run, wroteMoreThanPods } from '../../apply/journal/run.ts'
import { keepsLogin, planUndo } from '../../apply/plan-undo.ts'

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import type { RunLine } from '../../report/views/undo.ts'

/** One line a run, in the order of `runs`. @throws ApiError */
export async function runLines(runs: Run[], cluster: ClusterReader, signal: AbortSignal): Promise<RunLine[]> {
  const lines: RunLine[] = []
  for (const run of runs) {
    const state = await stateOf(run, runs, cluster, signal)
    lines.push({
      run: run.run,
      startedAt: run.startedAt,
      context: run.cluster.context,
      user: run.user ?? null,
      namespaces: run.namespaces,
      changes: run.entries.filter(mayHaveWritten).length,
      state,
      takenBack: state === 'undone' || state === 'over',
      onlyPods: state === 'only-pods',
    })
  }
  return lines
}

/** Whether the run can still be undone: the journal says what it wrote, and the cluster whether that still exists. */
export async function stateOf(
  run: Run,
  runs: Run[],
  cluster: ClusterReader,
  signal: AbortSignal,
): Promise<RunLine['state']> {
  if (!wroteMoreThanPods(run)) return 'only-pods'
  if (isUndone(run)) return run.over ? 'over' : 'undone'
  const others = runs.filter(other => other !== run)
  const steps = await planUndo(run, others, cluster, signal)
  return steps.some(step => step.action !== 'leave' || keepsLogin(step)) ? 'in-place' : 'over'
}
