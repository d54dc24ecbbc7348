/** One table of texts for one cause: each row is who wrote it, and the text. */
import { expect, test } from 'vitest'
import { limitShownIn } from '../../../src/diagnosis/causes/rate-limited.ts'
import type { Cause, RateLimitSubcause } from '../../../src/diagnosis/finding.ts'
import { classify } from '../../../src/diagnosis/text/classify.ts'

export type Row = [from: string, text: string, subcause?: RateLimitSubcause]

export function expectCause(cause: Cause, rows: Row[], reason = 'ErrImagePull') {
  test.each(rows)(`${cause}: %s: %s`, (_from, text, subcause = undefined) => {
    const found = classify(text, reason)
    expect(found.cause).toBe(cause)
    if (subcause !== undefined) expect(found.error && limitShownIn(found.error)).toBe(subcause)
  })
}
