/** Recreates pods in batches no larger than the pulls that Docker Hub has left for them. */

import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, PodChange } from '../plan/change.ts'
import type { QuotaOutcome } from '../registry/outcome.ts'
import type { ApplyContext } from './apply-context.ts'
import type { ChangeOutcome, HeldBack } from './outcome.ts'
import type { Recoveries } from './recoveries.ts'
import { outcomeOf } from './server-view.ts'

interface Batching {
  outcomes: Map<string, ChangeOutcome>
  write(change: Change): Promise<void>
  recoveries: Pick<Recoveries, 'waitForTries'>
  context: Pick<ApplyContext, 'hub' | 'hubLogins'>
  /** Pulls of rollouts that have started and don't show in the quota yet. */
  underWay: number
}

/**
 * Writes the pod changes in batches no larger than the remaining pulls; the outcome of the rest is held back. A batch starts only after the
 * pods of the previous batch have pulled.
 * @returns how many pods were held back and why; null if none was
 */
export async function recreateInBatches(pods: PodChange[], batching: Batching): Promise<HeldBack | null> {
  const { outcomes, write, recoveries, context } = batching
  let rest = pods
  let { underWay } = batching
  while (rest.length > 0) {
    const left = rest.some(({ pulls }) => pulls > 0) ? await pullsLeft(context) : null
    const batch = fitting(rest, unclaimed(left, underWay))
    if (batch.length === 0 && left === 'unknown') return holdBack(rest, 'hub-out-of-reach', outcomes)
    if (batch.length === 0 && underWay === 0) return holdBack(rest, 'no-pulls-left', outcomes)
    await bounded(batch, AT_ONCE, write)
    rest = rest.filter(change => !batch.includes(change))
    if (rest.length === 0) break
    // The quota shows the new pods' pulls only after they have pulled: until then it is unknown what is left for the rest.
    const tried = left === null || (await recoveries.waitForTries(outcomes))
    if (!tried) return holdBack(rest, 'others-not-started', outcomes)
    underWay = 0
  }
  return null
}

/** The pulls that a batch can use; null if there is no limit. @param underWay those of rollouts, which the quota does not show yet */
function unclaimed(left: number | null | 'unknown', underWay: number): number | null {
  if (left === null) return null
  return left === 'unknown' ? 0 : left - underWay
}

/** The lowest number of pulls left among the logins; null if there is no limit; `unknown` if Docker Hub does not answer. */
export async function pullsLeft({ hub, hubLogins }: Batching['context']): Promise<number | null | 'unknown'> {
  const left: number[] = []
  for (const credential of hubLogins) {
    const known = leftOf(await hub.quota(credential))
    if (known === 'unknown') return known
    if (known !== null) left.push(known)
  }
  return left.length === 0 ? null : Math.min(...left)
}

/** The pulls left by one answer: 0 if Docker Hub throttles even this request, `unknown` if it does not answer. */
function leftOf(quota: QuotaOutcome): number | null | 'unknown' {
  switch (quota.status) {
    case 'limited':
      return quota.remaining
    case 'rate-limited':
      return 0
    case 'unlimited':
    case 'not-reported':
    case 'not-found':
    // The login was proven, so it only lacks the quota's repository: a mirror's, or a token that is limited to an organization.
    case 'denied':
      return null
    default:
      return 'unknown'
  }
}

function holdBack(rest: PodChange[], why: HeldBack['why'], outcomes: Map<string, ChangeOutcome>): HeldBack {
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
