/** What is printed about a baseline beside the report: that it was written, and that a rule in it has expired. */

import type { IgnoreRule } from '../../baseline/baseline.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/block.ts'
import { pluralize } from '../words/count.ts'

/** A warning: the rule would have matched a finding, which counts again. */
export function expiredText({ reason, expires, ...patterns }: IgnoreRule): string {
  const what = Object.entries(patterns).map(([key, pattern]) => `${key} ${pattern}`)
  return joinLines([
    sanitizeLine(
      `Warning: an ignore rule expired on ${expires}, so its findings count again: ${what.join(', ')} (${reason}).`,
    ),
  ])
}

/** That the baseline was written. */
export function writtenBaselineText(findings: number, file: string): string {
  return joinLines([sanitizeLine(`${pluralize(findings, 'known failure')} written to ${file}.`)])
}
