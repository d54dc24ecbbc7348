/** `--baseline` and `--write-baseline` of audit: known findings are counted but do not affect the exit code. */

import { resolve } from 'node:path'
import type { AuditFinding } from '../../audit/finding.ts'
import { baselineText, readBaseline } from '../../baseline/baseline.ts'
import { UsageError } from '../../errors.ts'
import { auditFingerprint } from '../../report/machine/audit/identity.ts'
import { fullWorkload } from '../../report/machine/audit/places.ts'
import { readBaselineFile, writeBaselineFile } from '../baseline.ts'
import type { CommandContext } from '../context.ts'

/** Returns the fingerprints in an audit's baseline; none without a file. @throws UsageError for a file that is not a baseline */
export async function knownFindings(file: string | undefined, { cwd }: CommandContext): Promise<Set<string>> {
  if (file === undefined) return new Set()
  const known = readBaseline(await readBaselineFile(file, cwd))
  if (known === null)
    throw new UsageError(
      `${file} is not a baseline. Make one with \`pullguard audit … --write-baseline ${file}\`.`,
    )
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

/** @throws UsageError if the file can't be written */
export async function writeBaseline(
  file: string,
  findings: AuditFinding[],
  { cwd }: CommandContext,
): Promise<void> {
  const text = baselineText(
    findings.map(finding => ({
      fingerprint: auditFingerprint(finding),
      about: [
        finding.rule,
        finding.workload.source?.path ?? '',
        fullWorkload(finding),
        finding.container?.name ?? '',
      ]
        .filter(part => part !== '')
        .join(' '),
    })),
  )
  await writeBaselineFile(resolve(cwd, file), text, file)
}
