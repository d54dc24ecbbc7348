/** The report of an audit: its findings, and a summary of what was read. */

import type { AuditSnapshot } from '../snapshot/audit-snapshot.ts'
import type { ImageCheck } from '../snapshot/image-check.ts'
import { type ImageVerdict, verdictOf } from '../snapshot/image-verdict.ts'
import type { EditReport } from './edit-report.ts'
import type { AuditFinding, AuditSeverity } from './finding.ts'

interface AuditSummary {
  /** Files read; 0 for a cluster. */
  files: number
  workloads: number
  containers: number
  findings: Record<AuditSeverity, number>
  /** Findings that a comment or an annotation silences. */
  ignored: number
  /** Findings that are in the baseline. */
  known: number
  /** Images with a placeholder that is not filled in yet. */
  placeholders: number
}

export interface AuditReport
  extends Pick<AuditSnapshot, 'takenAt' | 'source' | 'scope' | 'gaps' | 'unread' | 'templates'> {
  /** Whether everything could be read and checked. */
  complete: boolean
  summary: AuditSummary
  findings: AuditFinding[]
  /** Images that were to be checked at a registry, without a result. */
  unchecked: { reference: string; verdict: ImageVerdict }[]
  /** null if no edits were requested. */
  edits: EditReport | null
}

const UNKNOWN: ImageVerdict[] = ['rate-limited', 'unreachable', 'failed', 'not-asked']

/** Whether the registry gave no answer about the image. */
export function isUnchecked(check: ImageCheck): boolean {
  return UNKNOWN.includes(verdictOf(check))
}

/** @param counted how many findings were removed as ignored or known */
export function auditReport(
  scope: AuditSnapshot,
  findings: AuditFinding[],
  counted: Pick<AuditSummary, 'ignored' | 'known'>,
  edits: EditReport | null = null,
): AuditReport {
  const unchecked = scope.imageChecks
    .filter(isUnchecked)
    .map(check => ({ reference: check.reference, verdict: verdictOf(check) }))
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
      // What a kustomization changes is a workload of another file.
      workloads: workloads.filter(({ writtenIn }) => writtenIn !== 'kustomization').length,
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
