/** Numbers and lists in sentences: thousands separators, plurals, shortened lists, and pods counted once. */

import type { Finding } from '../../diagnosis/finding.ts'

/** Returns, for example, `1,234`, regardless of the machine's locale. */
export function formatNumber(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 pod`, `2 pods`, `50,000 pods`. */
export function pluralize(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `a and b`, `a, b, and c`. */
export function joinList(items: readonly string[]): string {
  return items.length <= 2 ? items.join(' and ') : `${items.slice(0, -1).join(', ')}, and ${items.at(-1)}`
}

/** Returns the first few, and the number of others: `a, b, c, and 2 more`. */
export function shortList(names: readonly string[], shown: number): string {
  const rest = names.length - shown
  // "and 1 more" takes as much room as the name.
  return joinList(rest <= 1 ? names : [...names.slice(0, shown), `${formatNumber(rest)} more`])
}

/** Returns `Both` or, for example, `All 3`, to precede a plural noun. */
export function allOf(count: number): string {
  return count === 2 ? 'Both' : `All ${formatNumber(count)}`
}

/** Returns the number of pods in these findings; a pod with two failing containers counts once. */
export function countPods(findings: readonly Finding[]): number {
  return new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size
}
