/** The words of known failures: that they are not counted, that a baseline was written, or that one of its rules has expired. */

import type { IgnoreRule } from '../../baseline/baseline.ts'
import type { Diagnosis } from '../../diagnosis/finding.ts'
import { sanitizeLine } from '../sanitize.ts'
import { countPods, pluralize } from './nouns.ts'

/** Known failures are still failures, so all are mentioned. */
export function knownSentence({ known = [] }: Diagnosis): string {
  if (known.length === 0) return ''
  const pods = pluralize(countPods(known.map(({ finding }) => finding)), 'pod')
  return ` ${pluralize(known.length, 'known failure')} in ${pods} ${known.length === 1 ? 'is' : 'are'} not counted.`
}

/** Returns a warning: the expired rule would have matched a finding, which counts again. */
export function expiredText({ reason, expires, ...patterns }: IgnoreRule): string {
  const what = Object.entries(patterns).map(([key, pattern]) => `${key} ${pattern}`)
  return sanitizeLine(
    `Warning: an ignore rule expired on ${expires}, so its findings count again: ${what.join(', ')} (${reason}).`,
  )
}

/** Returns a note that an audit does not apply the ignore rules of a baseline. */
export function unusedRulesText(rules: number, file: string): string {
  const has = `${file} has ${pluralize(rules, 'ignore rule')}`
  const use = 'to silence a finding of an audit, use a comment, an annotation, or .pullguard.yaml'
  return sanitizeLine(`Note: ${has}, which only diagnose applies; ${use}.`)
}

/** Returns a message that the baseline was written. */
export function writtenBaselineText(findings: number, file: string): string {
  return sanitizeLine(`${pluralize(findings, 'known failure')} written to ${file}.`)
}
