/** Tags that were dates: without quotes, YAML 1.1 reads 2024-06-27 as a timestamp (yaml.org/type/timestamp.html). */

/** Midnight as Go, JavaScript, and Python write it (fluxcd/image-automation-controller#713). */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})([T ]00:00:00(?:\.0{1,9})?(?:Z| ?\+00:?00(?: UTC)?)?)$/

/** The date that became this timestamp, and the time that was added; null for any other text. No tag contains a colon. */
export function dateWithTime(tag: string): { date: string; time: string } | null {
  const [, date, time] = TIMESTAMP.exec(tag) ?? []
  return date === undefined || time === undefined ? null : { date, time }
}
