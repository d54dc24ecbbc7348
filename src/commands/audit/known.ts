/** The baseline of an audit: findings that are known are counted and do not fail it. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AuditFinding } from '../../audit/finding.ts'
import { baselineText, readBaseline } from '../../baseline/baseline.ts'
import { writeNewFile } from '../../editor/replace-file.ts'
import { UsageError } from '../../errors.ts'
import { auditFingerprint } from '../../report/machine/audit/identity.ts'
import { fullWorkload } from '../../report/machine/audit/places.ts'
import type { CommandContext } from '../context.ts'

/** The fingerprints in a baseline; none without one. @throws UsageError for a file that is none */
export async function knownFindings(file: string | undefined, { cwd }: CommandContext): Promise<Set<string>> {
  if (file === undefined) return new Set()
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file; --write-baseline makes one' : error.code
    throw new UsageError(`Can't read the baseline ${file}: ${why}.`)
  })
  const known = readBaseline(text)
  if (known === null)
    throw new UsageError(
      `${file} is not a baseline. Make one with \`pullguard audit … --write-baseline ${file}\`.`,
    )
  return known
}

/** Those that the baseline does not have, and how many it has. */
export function withoutKnown(
  findings: AuditFinding[],
  known: ReadonlySet<string>,
): { fresh: AuditFinding[]; known: number } {
  if (known.size === 0) return { fresh: findings, known: 0 }
  const fresh = findings.filter(finding => !known.has(auditFingerprint(finding)))
  return { fresh, known: findings.length - fresh.length }
}

/** @throws UsageError where it can't be written */
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
  if (!(await writeNewFile(resolve(cwd, file), text)))
    throw new UsageError(`Can't write the baseline ${file}.`)
}
