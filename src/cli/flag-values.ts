/** How the values of flags are read. */

import { InvalidArgumentError } from 'commander'

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A Go duration (`1m30s`, `500ms`) or a plain number of seconds, as kubectl takes it. Returns milliseconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Give a time such as 30s, 2m or 1m30s.')
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0)
  }
  return total
}

/** Commander's way to collect a repeatable flag. */
export function repeatable(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** A flag that takes commas as well as repetition. */
export function commaSeparated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter(part => part !== '')]
}
