/** The time that a server asks to wait, in both forms of the header. */
import { expect, test } from 'vitest'
import { retryAfter } from '../../src/network/retry-after.ts'

test.each([
  ['120', 120],
  ['0', 0],
  ['Tue, 24 Nov 2026 09:00:30 GMT', 30],
  ['Tue, 24 Nov 2026 08:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['', null],
  [undefined, null],
])('Retry-After %j asks to wait for %s seconds', (header, seconds) => {
  expect(retryAfter(header, Date.UTC(2026, 10, 24, 9, 0, 0))).toBe(seconds === null ? null : seconds * 1000)
})
