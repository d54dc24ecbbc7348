/** How often a schedule starts something in six hours, as Kubernetes reads schedules. */
import { expect, test } from 'vitest'
import type { FindingOf } from '../../src/audit/finding.ts'
import { crashLoopStarts, scheduledStarts } from '../../src/audit/pull-rate.ts'
import { WORKLOAD_WORDS } from '../../src/report/words/audit/workloads.ts'

const FROM = '2026-11-29T12:34:56Z'

test.each([
  ['* * * * *', 360],
  ['*/5 * * * *', 72],
  ['0 * * * *', 6],
  ['@hourly', 6],
  ['@every 90s', 240],
  ['@every 1h30m', 4],
  ['@every 7h', 1],
  ['@every 1s', 21_600],
  ['@every 100ms', 21_600],
  ['@every 1m500ms', 360],
  ['@every soon', null],
  ['0 */6 * * *', 1],
  ['0 3 * * *', 1],
  ['@daily', 1],
  ['@midnight', 1],
  ['0 0 1 1 *', 1],
  ['*/10 9-10 * * 1-5', 12],
  ['0,30 * ? * ?', 12],
  ['TZ=Europe/Berlin 0 * * * *', 6],
  ['CRON_TZ=UTC */30 2 * * *', 2],
  ['', null],
  ['* * * *', null],
  ['* * * * * *', null],
  ['61 * * * *', null],
  ['TZ=Nowhere/City * * * * *', null],
])('%s: %s starts', (schedule, starts) => {
  expect(scheduledStarts(schedule, null, FROM)).toBe(starts)
})

test('a run that begins between two seconds counts no start twice', () => {
  for (let ms = 7; ms < 1000; ms += 49) {
    const from = new Date(Date.parse(FROM) + ms).toISOString()
    expect(scheduledStarts('*/10 * * * *', null, from), `${ms} ms after a second`).toBe(36)
  }
})

test('a time zone counts where its clocks are set back: the hour comes twice, or not at all, and never sixty times', () => {
  const back = scheduledStarts('*/20 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z')
  expect(back).toBeGreaterThanOrEqual(3)
  expect(back).toBeLessThanOrEqual(6)
})

test('a crash loop starts a container as often as the kubelet waits', () => {
  expect(crashLoopStarts()).toBe(76)
})

test('the sentence about a crash loop says how often the fastest one starts', () => {
  const sentence = WORKLOAD_WORDS['pull-rate'].sentence({
    arguments: { how: 'crash-loop', pulls: crashLoopStarts(), pod: 'web-0' },
  } as FindingOf<'pull-rate'>)
  expect(sentence).toContain(`(KEP-4603), up to ${crashLoopStarts(1, 60)}.`)
})
