/** Recreates pods in batches no larger than the pulls that are left. A batch begins only after the pods of the one before have pulled. */

import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, PodChange } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import type { HeldBack, Outcome } from './outcome.ts'
import type { Recoveries } from './recoveries.ts'
import { outcomeOf } from './refusal.ts'

interface Batching {
  outcomes: Map<string, Outcome>
  write(change: Change): Promise<void>
  recoveries: Pick<Recoveries, 'waitForTries'>
  context: Pick<ApplyContext, 'pullsLeft'>
  /** Pulls of rollouts that have begun and that the quota does not show yet. */
  underWay: number
}

/** Writes every pod change, or sets its outcome to held back. @returns how many pods were held back and why; null where none was */
export async function recreateInBatches(pods: PodChange[], batching: Batching): Promise<HeldBack> {
  const { outcomes, write, recoveries, context } = batching
  let rest = pods
  let { underWay } = batching
  while (rest.length > 0) {
    const left = rest.some(({ pulls }) => pulls > 0) ? await context.pullsLeft() : null
    const batch = fitting(rest, left === 'unknown' ? 0 : left === null ? null : left - underWay)
    if (batch.length === 0 && (underWay === 0 || left === 'unknown')) {
      return holdBack(rest, left === 'unknown' ? 'hub-out-of-reach' : 'no-pulls-left', outcomes)
    }
    await bounded(batch, AT_ONCE, write)
    rest = rest.filter(change => !batch.includes(change))
    if (rest.length === 0) break
    // The quota shows the new pods' pulls only after they have pulled: until then nobody knows what is left for the rest.
    const tried = left === null || (await recoveries.waitForTries(outcomes))
    if (!tried) return holdBack(rest, 'others-not-started', outcomes)
    underWay = 0
  }
  return null
}

function holdBack(
  rest: PodChange[],
  why: NonNullable<HeldBack>['why'],
  outcomes: Map<string, Outcome>,
): HeldBack {
  for (const change of rest)
    outcomes.set(change.id, outcomeOf(change, 'skipped', { reason: { code: 'held-back', why } }))
  return { pods: rest.length, why }
}

/** As many pods, in order, as the remaining pulls allow. Pods that need no pull always fit. */
function fitting(pods: PodChange[], left: number | null): PodChange[] {
  if (left === null) return pods
  let spent = 0
  return pods.filter(({ pulls }) => {
    if (pulls > 0 && spent + pulls > left) return false
    spent += pulls
    return true
  })
}
