/** An audit's result as it is reported. */

import type { AuditScope } from '../snapshot/audit-scope.ts'
import { type ImageVerdict, verdictOf } from '../snapshot/image-verdict.ts'
import type { EditReport } from './edit-report.ts'
import type { AuditFinding, AuditSeverity } from './finding.ts'

export interface AuditSummary {
  /** Files that were read; 0 for a cluster. */
  files: number
  workloads: number
  containers: number
  findings: Record<AuditSeverity, number>
  /** Findings that a comment or an annotation silences. */
  ignored: number
  /** Findings that the baseline has. */
  known: number
  /** Images that are still to be filled in. */
  placeholders: number
}

export interface AuditReport
  extends Pick<AuditScope, 'takenAt' | 'source' | 'scope' | 'gaps' | 'unread' | 'templates'> {
  /** Everything could be read. */
  complete: boolean
  summary: AuditSummary
  findings: AuditFinding[]
  /** Images that a registry was to be asked about, and that nothing is known of. */
  unchecked: { reference: string; verdict: ImageVerdict }[]
  /** null where no edits were asked for. */
  edits: EditReport | null
}

const UNKNOWN: ImageVerdict[] = ['rate-limited', 'unreachable', 'failed', 'not-asked']

/** @param counted what is not among the findings */
export function auditReport(
  scope: AuditScope,
  findings: AuditFinding[],
  counted: Pick<AuditSummary, 'ignored' | 'known'>,
  edits: EditReport | null = null,
): AuditReport {
  const unchecked = scope.imageChecks
    .map(check => ({ reference: check.reference, verdict: verdictOf(check) }))
    .filter(({ verdict }) => UNKNOWN.includes(verdict))
  const { takenAt, source, workloads, files, gaps, unread, templates } = scope
  const containers = workloads.flatMap(workload => workload.containers)
  const count = (wanted: AuditSeverity) => findings.filter(({ severity }) => severity === wanted).length
  return {
    takenAt,
    complete: gaps.length + unread.length + unchecked.length === 0,
    source,
    scope: scope.scope,
    summary: {
      files,
      workloads: workloads.length,
      containers: containers.length,
      findings: { error: count('error'), warning: count('warning'), info: count('info') },
      ...counted,
      placeholders: containers.filter(({ placeholder }) => placeholder).length,
    },
    findings,
    gaps,
    unread,
    templates,
    unchecked,
    edits,
  }
}
