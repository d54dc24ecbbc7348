/** Texts of one cause, each by who wrote it. */
import { expect, test } from 'vitest'
import { limitShownIn } from '../../../src/diagnosis/causes/rate-limited.ts'
import type { Cause, RateLimitSubcause } from '../../../src/diagnosis/finding.ts'
import { classify } from '../../../src/diagnosis/text/classify.ts'

export function expectCause(
  cause: Cause,
  texts: Record<string, string | string[]>,
  { reason = 'ErrImagePull', limit }: { reason?: string; limit?: RateLimitSubcause } = {},
) {
  const rows = Object.entries(texts).flatMap(([from, written]) => [written].flat().map(text => [from, text]))
  test.each(rows)(`${cause}: %s: %s`, (_from, text = '') => {
    const found = classify(text, reason)
    expect(found.cause).toBe(cause)
    if (limit !== undefined) expect(found.error && limitShownIn(found.error)).toBe(limit)
  })
}
