/** A run as its journal tells it: what it meant to write, what became of that, and what an undo has reverted since. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { Outcome } from '../outcome.ts'
import type { RunHeader } from './line.ts'

/** A change that a run meant to make. A null outcome: the run ended before it knew. */
export interface RunEntry {
  change: Change
  object: KubernetesObject | null
  outcome: Outcome | null
  /** An undo has begun to take it back. */
  undoing: boolean
  undone: boolean
  /** The object's version after it was undone; null where it is gone or that is not known. */
  undoneAt: string | null
  /** The run that it is of. */
  run: string
}

export interface Run extends Omit<RunHeader, 'type'> {
  /** The last intent of each change, in order. */
  entries: RunEntry[]
  /** An undo found that nothing of it could be reverted any more. */
  over: boolean
}

/** It may have written more than pods. */
export function wroteMoreThanPods({ entries }: Run): boolean {
  return entries.some(wroteMoreThanPod)
}

function wroteMoreThanPod(entry: RunEntry): boolean {
  return mayHaveWritten(entry) && entry.change.target.kind !== 'Pod'
}

/** Nothing of the run is left to undo. Recreated pods are not restored, so they do not count. */
export function isUndone({ entries, over }: Run): boolean {
  return over || !entries.some(entry => wroteMoreThanPod(entry) && !entry.undone)
}

/** Written for certain, or nobody knows. */
export function mayHaveWritten({ outcome }: RunEntry): boolean {
  return outcome === null || outcome.status === 'applied' || outcome.status === 'failed'
}
