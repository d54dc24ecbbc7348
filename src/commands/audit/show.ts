/** Writes the report of an audit, and its diff where one is asked for. */

import type { AuditReport } from '../../audit/report.ts'
import { sanitizeLine } from '../../report/sanitize.ts'
import { auditNotes, auditPieces } from '../../report/views/audit.ts'
import type { AuditOptions } from '../audit.ts'
import type { CommandContext } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import { appendStepSummary } from './step-summary.ts'

export async function showAudit(
  report: AuditReport,
  notes: string[],
  flags: AuditOptions,
  context: CommandContext,
): Promise<void> {
  const { format, failOn, connection, files, edits } = flags
  const { out, err, version } = context
  const invocation = invocationOf(context, connection, files.length > 0)
  const options = {
    ...{ format, failOn, version, cwd: context.cwd, terminal: out.isTerminal, invocation },
    inputFlags: inputFlagsOf(flags),
  }
  for (const note of notes) await err.write(`${sanitizeLine(note)}\n`)
  const asText = format === 'table' || format === 'wide' || format === 'text'
  if (report.edits !== null) {
    const { editLines, renderEditDiff } = await import('../../report/views/audit/edits-screen.ts')
    for (const line of editLines(report.edits)) await err.write(`${line}\n`)
    if (edits?.diff === true && asText) {
      await out.write(renderEditDiff(report.edits, out.color))
      await err.write(auditNotes(report, { ...options, terminal: false, width: err.width, color: err.color }))
      return
    }
  }
  for (const piece of auditPieces(report, { ...options, width: out.width, color: out.color }))
    await out.write(piece)
  await err.write(auditNotes(report, { ...options, width: err.width, color: err.color }))
  if (format === 'github') await appendStepSummary(report, context)
}

/** What the next command has to repeat to read the same files by the same settings. */
function inputFlagsOf(flags: AuditOptions): string[] {
  const { recursive, connection, selector, excludedNamespaces, config, pullSecret, replaceRegistry } = flags
  return [
    ...(recursive ? ['-R'] : []),
    ...(connection.namespace === undefined ? [] : ['-n', connection.namespace]),
    ...(selector === undefined ? [] : ['-l', selector]),
    ...excludedNamespaces.flatMap(name => ['--exclude-namespace', name]),
    ...(config === undefined ? [] : ['--config', config]),
    ...(pullSecret === undefined ? [] : ['--secret-name', pullSecret]),
    ...replaceRegistry.flatMap(rule => ['--replace-registry', rule]),
  ]
}
