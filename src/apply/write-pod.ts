/** Makes one change to a pod. */

import type { PodChange } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import { recreateBarePod, restoreBarePod } from './bare-pod.ts'
import type { Outcome } from './outcome.ts'
import { removePod } from './remove-pod.ts'
import type { Successors } from './successor.ts'

/** Takes a pod away for its controller to replace, or replaces it itself where there is none. */
export async function writePod(
  change: PodChange,
  context: ApplyContext,
  successors: Successors,
  dryRun: boolean,
): Promise<Outcome> {
  switch (change.action) {
    case 'restore-bare-pod':
      return restoreBarePod(change, context, dryRun)
    case 'recreate-bare-pod':
      return recreateBarePod(change, context, dryRun)
    case 'recreate-pod': {
      // A pod that is to stay is no question of its successor.
      const tried = dryRun ? await removePod(change, context, true) : null
      if (tried !== null && tried.status !== 'accepted') return tried
      return (await successors.refusalOf(change)) ?? tried ?? removePod(change, context, false)
    }
  }
}
