/** How often a container is started again, by the times of its last starts: the kubelet's back-off can be configured, so it is not assumed. */

import type { Restart } from '../snapshot/hub-usage.ts'

/** Seconds after which the kubelet forgets earlier crashes (pkg/kubelet: the back-off is reset after twice its longest, 5 minutes). */
const RECOVERED = 600

/**
 * Seconds from one start to the next; null for a container that has stopped restarting, or whose starts are not known.
 * @param takenAt ISO 8601
 */
export function restartCycle(restart: Restart, takenAt: string): number | null {
  const { previousStart, lastStart, lastEnd, backOffSeconds } = restart
  const [previous, last, end, now] = [previousStart, lastStart, lastEnd, takenAt].map(
    time => Date.parse(time ?? '') / 1000,
  ) as [number, number, number, number]
  const since = now - last
  if (Number.isNaN(since)) return null
  const cycle = Number.isNaN(end) ? last - previous : end - last + (backOffSeconds ?? 0)
  if (Number.isNaN(cycle) || cycle < 0) return null
  if (since > Math.max(2 * cycle, RECOVERED)) return null
  // Whoever has run for longer than last time won't start more often than that.
  return Math.max(1, cycle, since)
}
