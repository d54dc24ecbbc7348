/**
 * How a report is written: the formats of `-o` by kind of report, where it goes, and which findings make it a failure. The command line
 * offers these formats, and a renderer that lacks one does not compile.
 */

import type { Severity } from '../diagnosis/finding.ts'
import type { Invocation } from './invocation.ts'

/** For a diagnosis: findings, for people, programs, and CI systems. */
export const DIAGNOSIS_FORMATS = [
  'table',
  'wide',
  'text',
  'json',
  'yaml',
  'name',
  'junit',
  'github',
  'gitlab',
  'markdown',
] as const
export type DiagnosisFormat = (typeof DIAGNOSIS_FORMATS)[number]

/** The keys of --sort-by, for a diagnosis' plain columns and names. */
export const SORT_KEYS = ['age', 'cause', 'image', 'namespace', 'pod'] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** For an audit, whose findings are mostly in files. */
export const AUDIT_FORMATS = [
  'table',
  'wide',
  'text',
  'json',
  'yaml',
  'sarif',
  'junit',
  'github',
  'gitlab',
  'markdown',
] as const
export type AuditFormat = (typeof AUDIT_FORMATS)[number]

/** For a plan and its result. */
export const PLAN_FORMATS = ['table', 'text', 'json', 'yaml', 'patch'] as const
export type PlanFormat = (typeof PLAN_FORMATS)[number]

/** For any data other than a list of findings. */
export const DATA_FORMATS = ['table', 'text', 'json', 'yaml', 'name'] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

/** For the pulls that are left, including Prometheus' text exposition format. */
export const QUOTA_FORMATS = ['table', 'json', 'yaml', 'markdown', 'prometheus'] as const
export type QuotaFormat = (typeof QUOTA_FORMATS)[number]

/** For the state of mirrors and their setup. */
export const MIRROR_FORMATS = ['table', 'text', 'json', 'yaml'] as const
export type MirrorFormat = (typeof MIRROR_FORMATS)[number]

/** For the result of a wait. */
export const WAIT_FORMATS = ['table', 'json', 'yaml', 'junit', 'github', 'gitlab', 'markdown'] as const
export type WaitFormat = (typeof WAIT_FORMATS)[number]

/** Whether the format is for people: a table, or the same text in a pipe. */
export function isForPeople(format: string): boolean {
  return format === 'table' || format === 'text'
}

/** The caller's decisions about where a report goes. */
export interface ReportOptions {
  /** Columns of the terminal; infinite for a pipe, where no line is broken. */
  width: number
  color: boolean
  /** Whether the terminal opens web addresses with a click; absent: no. */
  links?: boolean
  /** Whether a person is reading; otherwise, the report has plain, stable columns. */
  terminal: boolean
  /** How the user started the program, for suggested commands: `pullguard` or `kubectl pullguard`. */
  invocation: Invocation
}

/** `--fail-on`, for a run's exit code and for the formats of CI systems. */
const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** Whether a finding of this severity counts. */
export function countsFor({ severity }: { severity: Severity }, failOn: Severity | 'never'): boolean {
  return RANK[severity] >= RANK[failOn]
}
