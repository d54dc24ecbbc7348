/** The Retry-After header. */

/**
 * Returns Retry-After in milliseconds from now; the header has seconds or a date (RFC 9110, 10.2.3). Null if it is missing or invalid.
 * @param now milliseconds since 1970
 */
export function retryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = [header ?? []].flat()[0]?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
