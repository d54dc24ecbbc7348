/** A diagnosis that is shown again and again: a fresh screen on a terminal, else one line each time. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { DiagnosisFormat } from '../formats.ts'
import { diagnosisDocument } from '../machine/diagnosis-document.ts'
import type { ReportOptions } from '../options.ts'
import { escapeInJson, sanitizeLine } from '../sanitize.ts'
import { FRESH_SCREEN, joinLines } from '../screen/block.ts'
import { summarySentence } from '../words/summary.ts'
import { renderDiagnosis } from './diagnosis.ts'

/** As JSON one compact document a line. */
export function renderWatched(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions & { format: DiagnosisFormat },
): string {
  const { format, invocation, terminal } = options
  if (format === 'json') return `${escapeInJson(JSON.stringify(diagnosisDocument(diagnosis, invocation)))}\n`
  if (terminal) return `${FRESH_SCREEN}${renderDiagnosis(diagnosis, options)}`
  return joinLines([sanitizeLine(`${diagnosis.takenAt} ${summarySentence(diagnosis, invocation)}`)])
}
