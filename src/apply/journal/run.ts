/** A run as read from its journal: the intended changes, their outcomes, and what an undo has reverted since. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { Outcome } from '../outcome.ts'
import type { RunHeader } from './line.ts'

/** A change that a run intended. `outcome` is null where the run ended before it recorded one. */
export interface RunEntry {
  change: Change
  object: KubernetesObject | null
  outcome: Outcome | null
  /** An undo has begun to revert it. */
  undoing: boolean
  undone: boolean
  /** The object's resourceVersion after the undo; null where the object is gone or the version is unknown. */
  undoneAt: string | null
  /** The name of its run. */
  run: string
}

export interface Run extends Omit<RunHeader, 'type'> {
  /** The last intent of each change, in the journal's order. */
  entries: RunEntry[]
  /** An undo found nothing left to revert. */
  over: boolean
}

/** Whether the run may have written objects other than pods. */
export function wroteMoreThanPods({ entries }: Run): boolean {
  return entries.some(wroteMoreThanPod)
}

function wroteMoreThanPod(entry: RunEntry): boolean {
  return mayHaveWritten(entry) && entry.change.target.kind !== 'Pod'
}

/** Whether nothing of the run is left to undo. Recreated pods can't be restored, so they don't count. */
export function isUndone({ entries, over }: Run): boolean {
  return over || !entries.some(entry => wroteMoreThanPod(entry) && !entry.undone)
}

/** Whether the change was written or its outcome is unknown. */
export function mayHaveWritten({ outcome }: RunEntry): boolean {
  return outcome === null || outcome.status === 'applied' || outcome.status === 'failed'
}
