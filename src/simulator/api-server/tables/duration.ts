/** Ages as kubectl shows them (apimachinery's duration.HumanDuration). */

const ladder: { below: number; unit: number; letter: string; rest?: { unit: number; letter: string } }[] = [
  { below: 120, unit: 1, letter: 's' },
  { below: 600, unit: 60, letter: 'm', rest: { unit: 1, letter: 's' } },
  { below: 10_800, unit: 60, letter: 'm' },
  { below: 28_800, unit: 3600, letter: 'h', rest: { unit: 60, letter: 'm' } },
  { below: 172_800, unit: 3600, letter: 'h' },
  { below: 691_200, unit: 86_400, letter: 'd', rest: { unit: 3600, letter: 'h' } },
  { below: 63_072_000, unit: 86_400, letter: 'd' },
  { below: 252_288_000, unit: 31_536_000, letter: 'y', rest: { unit: 86_400, letter: 'd' } },
  { below: Number.POSITIVE_INFINITY, unit: 31_536_000, letter: 'y' },
]

/** `90s`, `2m5s`, `3h`, `4d12h`. Up to two seconds into the future count as now. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  const step = ladder.find(rung => seconds < rung.below)
  if (!step) return ''
  const whole = `${Math.floor(seconds / step.unit)}${step.letter}`
  const rest = step.rest ? Math.floor((seconds % step.unit) / step.rest.unit) : 0
  return rest > 0 ? `${whole}${rest}${step.rest?.letter}` : whole
}

/** Time since a timestamp; `<unknown>` if there is none. */
export const since = (timestamp: unknown, now: number): string =>
  typeof timestamp === 'string' ? humanDuration(now - Date.parse(timestamp)) : '<unknown>'
