/** `pullguard diagnose`: snapshot → findings → report → verdict. */

import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis, Severity } from '../diagnosis/finding.ts'
import { type DiagnosisFormat, renderDiagnosis } from '../report/diagnosis.ts'
import type { CommandContext, ExitName } from './context.ts'
import { type SnapshotOptions, takeSnapshot } from './snapshot.ts'

export interface DiagnoseOptions extends SnapshotOptions {
  format: DiagnosisFormat
  failOn: Severity | 'never'
}

/** Says which pods can't pull their images and why. @throws UsageError, UnreachableError */
export async function diagnoseCommand(options: DiagnoseOptions, context: CommandContext): Promise<ExitName> {
  const diagnosis = diagnose(await takeSnapshot(options, context))
  await context.out.write(
    renderDiagnosis(diagnosis, {
      format: options.format,
      width: context.out.width,
      colour: context.out.colour,
      terminal: context.out.isTerminal,
      program: context.program,
    }),
  )
  return verdict(diagnosis, options.failOn)
}

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** Findings that count make `findings`; without one, whatever could not be read makes `incomplete`. Unknown is never healthy. */
export function verdict(diagnosis: Diagnosis, failOn: Severity | 'never'): ExitName {
  if (diagnosis.findings.some(finding => RANK[finding.severity] >= RANK[failOn])) return 'findings'
  return diagnosis.complete ? 'ok' : 'incomplete'
}
