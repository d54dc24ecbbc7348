/** What a window has in store for each identity: how many pulls it will be charged with, whether they are there, and when they run out. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { Outlook, Spend, Spender } from './spending.ts'
import { sum } from './spends.ts'

/** Moments at which the course of a window is known. */
const STEPS = 48

/** @param window seconds */
export function outlookOf(quota: HubQuota, spenders: readonly Spender[], window: number): Outlook {
  const spends = spenders.flatMap(spender => spender.spends)
  const exact = Array.from({ length: STEPS + 1 }, (_, step) =>
    madeBy(spends, (step / STEPS) * window, window),
  )
  const course = exact.map(pulls => Math.ceil(pulls))
  const left = leftOf(quota)
  const pulls = course.at(-1) ?? 0
  return {
    quota,
    left,
    pulls,
    now: course[0] ?? 0,
    atMost: spends.some(({ atMost }) => atMost),
    course,
    fits: left === null ? null : pulls <= left,
    runsOutAfter: left === null || pulls <= left ? null : momentOf(spends, left, window),
  }
}

/** Pulls left now; infinite without a limit, null if unknown. */
export function leftOf({ answer }: HubQuota): number | null {
  switch (answer.status) {
    case 'limited':
      return answer.remaining
    case 'unlimited':
      return Number.POSITIVE_INFINITY
    case 'rate-limited':
      return 0
    case 'wrong-credential':
    case 'unknown':
      return null
  }
}

function madeBy(spends: readonly Spend[], seconds: number, window: number): number {
  return sum(spends.map(({ pulls, when }) => pulls * shareBy(when, seconds, window)))
}

function shareBy(when: Spend['when'], seconds: number, window: number): number {
  if (when === 'now') return 1
  if (when === 'evenly') return seconds / window
  return when.length === 0 ? 0 : when.filter(at => at <= seconds).length / when.length
}

/** The second at which one pull more is made than are left; what was made earlier than now comes back at an unknown time. */
function momentOf(spends: readonly Spend[], left: number, window: number): number {
  let [early, late] = [0, window]
  if (madeBy(spends, 0, window) > left) return 0
  while (late - early > 0.1) {
    const middle = (early + late) / 2
    if (madeBy(spends, middle, window) > left) late = middle
    else early = middle
  }
  return Math.round(late)
}
