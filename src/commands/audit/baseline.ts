/** `--baseline` and `--write-baseline` of audit: known findings are counted but do not affect the exit code. */

import type { AuditFinding } from '../../audit/finding.ts'
import { auditFingerprint, fullWorkload } from '../../report/machine/audit/identity.ts'
import { wrapLines } from '../../report/screen/layout.ts'
import { unusedRulesText } from '../../report/words/known.ts'
import { readKnown, replaceBaseline } from '../baseline.ts'
import type { CommandContext } from '../context.ts'

/**
 * Returns the fingerprints in an audit's baseline; none without a file. Its ignore rules are about failures, so a note says that an audit
 * doesn't apply them. @throws UsageError if the file can't be read, or is not a baseline
 */
export async function knownFindings(
  file: string | undefined,
  context: CommandContext,
): Promise<ReadonlySet<string>> {
  if (file === undefined) return new Set()
  const { known, rules } = await readKnown({ baseline: file }, context)
  if (rules.length > 0)
    await context.err.write(wrapLines(unusedRulesText(rules.length, file), context.err.width))
  return known
}

/** Returns the findings that are not in the baseline, and the number of those that are. */
export function withoutKnownFindings(
  findings: AuditFinding[],
  known: ReadonlySet<string>,
): { fresh: AuditFinding[]; known: number } {
  if (known.size === 0) return { fresh: findings, known: 0 }
  const fresh = findings.filter(finding => !known.has(auditFingerprint(finding)))
  return { fresh, known: findings.length - fresh.length }
}

/** @throws UsageError if the file is not a baseline or can't be written */
export async function writeBaseline(
  file: string,
  findings: AuditFinding[],
  context: CommandContext,
): Promise<void> {
  const known = findings.map(finding => ({ fingerprint: auditFingerprint(finding), about: aboutOf(finding) }))
  await replaceBaseline(file, known, context)
}

function aboutOf(finding: AuditFinding): string {
  const { rule, workload, container } = finding
  const parts = [rule, workload.source?.path ?? '', fullWorkload(finding), container?.name ?? '']
  return parts.filter(part => part !== '').join(' ')
}
