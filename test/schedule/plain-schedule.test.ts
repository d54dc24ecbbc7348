/** Which schedules Kubernetes accepts, and what their fields mean. */
import { expect, test } from 'vitest'
import { plainSchedule } from '../../src/schedule/starts.ts'

test.each([
  ['0 * * * *', '0 * * * *'],
  [' 0\t6  ?  * ? ', '0 6 * * *'],
  ['5/15 * * * *', '5,20,35,50 * * * *'],
  ['0-30/10,59 */8 * * *', '0,10,20,30,59 0,8,16 * * *'],
  ['0 0 1 JAN-mar mon-FRI/2', '0 0 1 1,2,3 1,3,5'],
  ['0 0 */1 * 6', '0 0 * * 6'],
  ['0 0 */10 * 6', '0 0 1,11,21,31 * 6'],
  ['1,,2 * * * *', '1,2 * * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@midnight', '0 0 * * *'],
])('%j means %s', (schedule, plain) => {
  expect(plainSchedule(schedule)).toBe(plain)
})

test.each([
  '',
  '* * * *',
  '* * * * * *',
  '@reboot',
  '@Hourly',
  '60 * * * *',
  '0 0 0 * *',
  '0 0 * * 7',
  '5-1 * * * *',
  '1-2-3 * * * *',
  '*/0 * * * *',
  '*/5/5 * * * *',
  '-1 * * * *',
  ', * * * *',
  'L * * * *',
  '0 0 * * 1#2',
  'H * * * *',
  '2026-11-29T08:00:00',
  'Mon Jul 9 15:00 2012',
])('%j is refused', schedule => {
  expect(plainSchedule(schedule)).toBeNull()
})
