/** When CronJobs start: every spelling that Kubernetes takes, time zones, and changes of the clock. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startsWithin as startsOfWindow } from '../../src/quota/schedules.ts'
import { AT, SIX_HOURS } from './facts.ts'

const HOUR = 3600

const startsWithin = (schedule: string, zone: string | null, from: string, within: number) =>
  startsOfWindow(from, within)(schedule, zone)

test.each<[schedule: string, zone: string | null, starts: number]>([
  ['*/10 * * * *', null, 36],
  ['* * * * *', null, 360],
  ['0 * * * *', null, 6],
  ['@hourly', null, 6],
  ['@midnight', null, 0],
  ['@daily', 'Asia/Tokyo', 1],
  ['0 0 * * *', 'Asia/Tokyo', 1],
  ['TZ=Asia/Tokyo 0 0 * * *', null, 1],
  ['CRON_TZ=Asia/Tokyo 0 0 * * *', null, 1],
  ['30 13-15 * * MON-FRI', null, 3],
  ['0 13 ? * TUE', null, 1],
  ['@every 90s', null, 240],
  ['@every 1h30m', null, 4],
  ['@every 100ms', null, 21_600],
  ['@every 1h30m500ms', null, 4],
  ['@every .5h', null, 12],
  ['@every 3600000000us', null, 6],
])('%s in %s starts %i times in six hours', (schedule, zone, starts) => {
  expect(startsWithin(schedule, zone, AT, SIX_HOURS)).toHaveLength(starts)
})

test.each(['', 'often', '* * * *', '61 * * * *', '@every soon', '@every 5', '* * * * * *'])(
  '%j is not a schedule',
  schedule => {
    expect(startsWithin(schedule, null, AT, SIX_HOURS)).toBeNull()
  },
)

test('an unknown time zone is not a schedule either', () => {
  expect(startsWithin('* * * * *', 'Mars/Olympus', AT, SIX_HOURS)).toBeNull()
})

test('the hour that a clock skips is not started in', () => {
  // Berlin goes from 2:00 to 3:00 at 1:00 UTC.
  const starts = startsWithin('0 * * * *', 'Europe/Berlin', '2026-03-29T00:30:00Z', 2 * HOUR)
  expect(starts).toEqual([HOUR / 2, 1.5 * HOUR])
})

test('starts are in order, after now, and within the time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 59 }),
      fc.integer({ min: 60, max: 100_000 }),
      fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      (minutes, within, from) => {
        const starts = startsWithin(`*/${minutes} * * * *`, null, from.toISOString(), within) ?? []
        expect(starts.every((at, index) => at > (starts[index - 1] ?? 0) && at <= within)).toBe(true)
        expect(starts.length).toBeGreaterThanOrEqual(Math.floor(within / 3600))
      },
    ),
    { numRuns: 15 },
  )
})
