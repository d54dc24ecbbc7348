/** A diagnosis as the document that machines read. Its names are stable; fields may be added. */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import { type Envelope, enveloped } from '../data.ts'
import { remedyCommand } from '../words/commands.ts'

/** A finding as printed: each remedy with its command, and without what only sorts. */
export function findingDocument(finding: Finding, program: string): object {
  const { urgency: _urgency, remedies, ...told } = finding
  return {
    ...told,
    remedies: remedies.map(remedy => ({ remedy, command: remedyCommand(program, remedy, finding) })),
  }
}

/** `kind: Diagnosis`. */
export function diagnosisDocument(diagnosis: Diagnosis, program: string): Envelope {
  const { takenAt, complete, source, scope, summary, findings, gaps } = diagnosis
  const told = findings.map(finding => findingDocument(finding, program))
  return enveloped('Diagnosis', { takenAt, complete, source, scope, summary, findings: told, gaps })
}
