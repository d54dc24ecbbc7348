/** Parses the text of a flag's value, for commander. */

import { InvalidArgumentError } from 'commander'

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Parses a Go duration (`1m30s`, `500ms`) or a plain number of seconds, as kubectl does. Returns milliseconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Give a time such as 30s, 2m, or 1m30s.')
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0)
  }
  return total
}

/** Collects the values of a repeatable flag, for commander. */
export function repeatable(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** Collects the values of a flag that accepts commas as well as repetition. */
export function commaSeparated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter(part => part !== '')]
}

/** Collects names of namespaces, which are DNS labels. A pattern such as `kube-*` would exclude nothing. */
export function excludedNamespaces(value: string, before: string[] | undefined): string[] {
  const names = commaSeparated(value, before)
  if (names.every(name => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))) return names
  throw new InvalidArgumentError('Give whole names of namespaces, such as kube-system.')
}

/** Parses the level of -v. */
export function parseVerbosity(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a number from 0 to 9.')
  return Number(text)
}

/** Parses the name of an output format. Rejects one that only other commands have. */
export function outputFormat(text: string, formats: readonly string[]): string {
  if (formats.includes(text)) return text
  const allowed = `Allowed choices are ${formats.join(', ')}.`
  throw new InvalidArgumentError(
    text === 'sarif' && !formats.includes('sarif')
      ? `SARIF points to lines in files, and pods have none. ${allowed}`
      : allowed,
  )
}

/** A Secret's name is a DNS subdomain (Kubernetes documentation, "Object Names and IDs"). */
export function secretName(text: string): string {
  const name = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
  if (text.length <= 253 && name.test(text)) return text
  throw new InvalidArgumentError('Give a name of lower case letters, digits, - and ., such as dockercreds.')
}
