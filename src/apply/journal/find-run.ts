/** Which run an undo is about: the one that was named, joined with those that it goes on with. */

import { UsageError } from '../../errors.ts'
import { isUndone, mayHaveWritten, type Run, wroteMoreThanPods } from './run.ts'

/**
 * The run of that name, or the only one whose name begins so; without one the newest that wrote more than pods, which can't be undone.
 * @throws UsageError where there is none
 */
export function findRun(runs: Run[], name?: string): Run {
  if (name === undefined) {
    const newest = runs.find(wroteMoreThanPods) ?? runs[0]
    if (newest) return newest
    throw new UsageError('No run on this machine has written to this cluster, so there is nothing to undo.')
  }
  const [found, ...others] = runs.filter(({ run }) => run === name || (name !== '' && run.startsWith(name)))
  if (found && others.length === 0) return found
  throw new UsageError(
    found
      ? `${others.length + 1} runs begin with ${name}: give a longer part of the name.`
      : `No run ${name} on this machine has written to this cluster: \`undo --list\` names those that have.`,
  )
}

/**
 * The run and those that it goes on with, as one: a fix that was killed and the same fix again. Of a change that both made, the last word
 * counts that may have written something.
 */
export function withContinued(run: Run, runs: Run[]): Run {
  const earlier = runs.find(one => one.run === run.continues && one !== run)
  if (earlier === undefined || isUndone(earlier)) return run
  const before = withContinued(earlier, runs)
  const entries = new Map(before.entries.map(entry => [entry.change.id, entry]))
  for (const entry of run.entries) {
    const known = entries.get(entry.change.id)
    if (known === undefined || mayHaveWritten(entry)) entries.set(entry.change.id, entry)
  }
  return { ...run, entries: [...entries.values()] }
}
