/** Appends a report to the summary of a GitHub Actions step, where its ten annotations leave off. */

import { appendFile, stat } from 'node:fs/promises'
import type { AuditReport } from '../../audit/report.ts'
import { renderAuditMarkdown } from '../../report/machine/audit/markdown.ts'
import type { CommandContext } from '../context.ts'

/** GitHub takes 1 MiB a step, and drops all of what is longer. */
const LONGEST = 900 * 1024

/** Does nothing elsewhere; a summary that can't be written is not worth an error. */
export async function appendStepSummary(report: AuditReport, { env }: CommandContext): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  )
  const room = LONGEST - size
  if (room < 10_000) return
  // Characters beyond ASCII take up to three bytes.
  await appendFile(file, renderAuditMarkdown(report, Math.floor(room / 3))).catch(() => {})
}
