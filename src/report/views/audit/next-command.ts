/** The command that a report of an audit ends with. */

import type { AuditReport } from '../../../audit/report.ts'
import { shellWord } from '../../escape.ts'
import { type Invocation, offlineCommand } from '../../invocation.ts'

export interface NextOptions {
  invocation: Invocation
  /** Flags of this run that decide what is read and by which settings, besides -f. */
  inputFlags: readonly string[]
}

/** Shows the edits that can be made; null where no file has one. */
export function nextAuditCommand(
  { source, findings, edits }: AuditReport,
  { invocation, inputFlags }: NextOptions,
): string | null {
  const fixable = findings.filter(
    ({ fix, workload }) => fix !== null && workload.source !== null && workload.source.path !== '-',
  )
  if (source.type !== 'file' || fixable.length === 0 || edits !== null) return null
  const files = source.files.filter(file => file !== '-').map(file => `-f ${shellWord(file)}`)
  const words = ['audit', ...files, ...inputFlags.map(shellWord), '--diff']
  return offlineCommand(invocation, words.join(' '))
}
