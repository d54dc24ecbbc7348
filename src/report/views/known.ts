/** Renders messages about a baseline: that it was written, or that one of its rules has expired. */

import type { IgnoreRule } from '../../baseline/baseline.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { pluralize } from '../words/nouns.ts'

/** Returns a warning: the expired rule would have matched a finding, which counts again. */
export function expiredText({ reason, expires, ...patterns }: IgnoreRule): string {
  const what = Object.entries(patterns).map(([key, pattern]) => `${key} ${pattern}`)
  return joinLines([
    sanitizeLine(
      `Warning: an ignore rule expired on ${expires}, so its findings count again: ${what.join(', ')} (${reason}).`,
    ),
  ])
}

/** Returns a message that the baseline was written. */
export function writtenBaselineText(findings: number, file: string): string {
  return joinLines([sanitizeLine(`${pluralize(findings, 'known failure')} written to ${file}.`)])
}
