/** An audit as plain columns for pipes, one finding per row: nothing is truncated, colored, or wrapped. */

import type { AuditFinding } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { cell } from '../../sanitize.ts'
import { joinLines } from '../../screen/layout.ts'
import { columns } from '../../screen/table.ts'
import { findingText } from '../../words/audit.ts'
import { placeText, workloadText } from './places.ts'

type Column = [header: string, value: (finding: AuditFinding) => string | null]

/** Names and order are stable; new columns are added at the end. */
const COLUMNS: Column[] = [
  ['SEVERITY', ({ severity }) => severity],
  ['RULE', ({ rule }) => rule],
  ['WHERE', placeText],
  ['NAMESPACE', ({ workload }) => workload.namespace],
  ['WORKLOAD', workloadText],
  ['CONTAINER', ({ container }) => container?.name ?? null],
  ['IMAGE', ({ container }) => container?.image ?? null],
]
const WIDE: Column[] = [['MESSAGE', findingText]]

/** Returns the rows and their header; empty if there are no findings. */
export function renderAuditPlain({ findings }: AuditReport, format: 'table' | 'wide'): string {
  if (findings.length === 0) return ''
  const shown = format === 'wide' ? [...COLUMNS, ...WIDE] : COLUMNS
  const rows = findings.map(finding => shown.map(([, value]) => cell(value(finding))))
  return joinLines(columns([shown.map(([header]) => header), ...rows]))
}
