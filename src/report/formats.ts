/** What `-o` takes, kind of report by kind of report: the command line offers these, and a renderer lacking one does not compile. */

/** A diagnosis: findings, for a person, a program or a CI system. */
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

/** What --sort-by sorts a diagnosis' plain columns and names by. */
export const SORT_KEYS = ['age', 'cause', 'image', 'namespace', 'pod'] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** An audit: findings that mostly are in files. */
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

/** A plan, and what became of it. */
export const PLAN_FORMATS = ['table', 'text', 'json', 'yaml', 'patch'] as const
export type PlanFormat = (typeof PLAN_FORMATS)[number]

/** Whatever is not a list of findings. */
export const DATA_FORMATS = ['table', 'text', 'json', 'yaml', 'name'] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

/** How many pulls are left, also for Prometheus' text exposition format. */
export const QUOTA_FORMATS = ['table', 'json', 'yaml', 'markdown', 'prometheus'] as const
export type QuotaFormat = (typeof QUOTA_FORMATS)[number]

/** What is known of mirrors and what to do about them. */
export const MIRROR_FORMATS = ['table', 'text', 'json', 'yaml'] as const
export type MirrorFormat = (typeof MIRROR_FORMATS)[number]

/** What became of a wait. */
export const WAIT_FORMATS = ['table', 'json', 'yaml', 'junit', 'github', 'gitlab', 'markdown'] as const
export type WaitFormat = (typeof WAIT_FORMATS)[number]

/** Whether the format is for a person to read: a table, or the same words in a pipe. */
export function isForPeople(format: string): boolean {
  return format === 'table' || format === 'text'
}
