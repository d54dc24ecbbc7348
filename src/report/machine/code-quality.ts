/** The entries of GitLab's Code Quality reports, for every report that has this format. */

import type { Severity } from '../../diagnosis/finding.ts'
import { sanitizeLine } from '../sanitize.ts'

/** GitLab's severities. */
export const CODE_QUALITY_SEVERITY: Record<Severity, string> = {
  error: 'major',
  warning: 'minor',
  info: 'info',
}

interface EntryFacts {
  description: string
  /** The name of a cause or rule. */
  check: string
  /** One of GitLab's. */
  severity: string
  /** Stays the same as long as the problem does. */
  print: string
  /** A file, or what stands for one. */
  path: string
  /** Counted from 1; the first if absent. */
  line?: number
}

export interface CodeQualityEntry {
  description: string
  check_name: string
  fingerprint: string
  severity: string
  location: { path: string; lines: { begin: number } }
}

/** Returns one entry, with invisible characters in its text escaped. */
export function codeQualityEntry({
  description,
  check,
  severity,
  print,
  path,
  line = 1,
}: EntryFacts): CodeQualityEntry {
  return {
    description: sanitizeLine(description),
    check_name: check,
    fingerprint: print,
    severity,
    location: { path: sanitizeLine(path), lines: { begin: line } },
  }
}
