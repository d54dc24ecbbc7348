/** Carries out one change to a pod. */

import type { PodChange } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import { recreateBarePod, restoreBarePod } from './bare-pod.ts'
import type { Outcome } from './outcome.ts'
import { takeAway } from './take-away.ts'

/** Takes a pod away for its controller to replace, or replaces it itself where there is none. */
export function writePod(change: PodChange, context: ApplyContext, dryRun: boolean): Promise<Outcome> {
  switch (change.action) {
    case 'restore-bare-pod':
      return restoreBarePod(change, context, dryRun)
    case 'recreate-bare-pod':
      return recreateBarePod(change, context, dryRun)
    case 'recreate-pod':
      return takeAway(change, context, dryRun)
  }
}
