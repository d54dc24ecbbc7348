/** `pullguard audit`: workloads → findings → report → verdict, in files or in a live cluster. */

import { audit } from '../audit/audit.ts'
import type { AuditSeverity } from '../audit/finding.ts'
import { type AuditReport, auditReport } from '../audit/report.ts'
import { NO_SETTINGS } from '../audit/settings.ts'
import type { AuditFormat } from '../report/formats.ts'
import { visible } from '../report/sanitise.ts'
import { auditNotes, auditPieces } from '../report/views/audit.ts'
import { type AuditTarget, assertWorkloads, readAuditInput } from './audit/read.ts'
import type { CommandContext, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'

export interface AuditOptions extends AuditTarget {
  allowEmpty: boolean
  format: AuditFormat
  failOn: AuditSeverity | 'never'
}

/** Says what will fail or waste pulls on the next fresh node. @throws UsageError, UnreachableError */
export async function auditCommand(options: AuditOptions, context: CommandContext): Promise<ExitName> {
  const settings = NO_SETTINGS
  const input = await readAuditInput(
    options,
    { ...settings, excludedPaths: [], excludeFrom: context.cwd },
    context,
  )
  if (!options.allowEmpty) assertWorkloads(input.scope)
  const { findings, ignored } = audit(input.scope, settings, input.isIgnored)
  const report = auditReport(input.scope, findings, { ignored: ignored.length, known: 0 })
  await show(report, input.notes, options, context)
  return auditVerdict(report, options.failOn)
}

async function show(
  report: AuditReport,
  notes: string[],
  { format, failOn, connection, files }: AuditOptions,
  context: CommandContext,
): Promise<void> {
  const { out, err, version } = context
  const invocation = invocationOf(context, connection, files.length > 0)
  const options = { format, failOn, version, terminal: out.isTerminal, invocation }
  for (const note of notes) await err.write(`${visible(note)}\n`)
  for (const piece of auditPieces(report, { ...options, width: out.width, color: out.color }))
    await out.write(piece)
  await err.write(auditNotes(report, { ...options, width: err.width, color: err.color }))
}

const RANK: Record<AuditSeverity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** The same in every format. What can't be read is wrong input, whatever else was found. */
export function auditVerdict(
  { findings, gaps, unread }: AuditReport,
  failOn: AuditSeverity | 'never',
): ExitName {
  if (unread.some(({ problem }) => problem !== 'link-out')) return 'usage'
  if (findings.some(({ severity }) => RANK[severity] >= RANK[failOn])) return 'findings'
  return gaps.length > 0 ? 'incomplete' : 'ok'
}
