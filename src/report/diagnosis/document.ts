/** A diagnosis as the document that machines read. Its names are stable; fields may be added. */

import type { Advised, AdvisedDiagnosis } from '../../advice/advised.ts'
import { type Envelope, enveloped } from '../data.ts'
import type { Invocation } from '../invocation.ts'
import { meaningOf, titleOf } from '../words/causes.ts'
import { remedyCommand } from '../words/commands.ts'
import { stepsOf } from '../words/steps.ts'

/** A finding as printed: each remedy with its command, and without what only sorts. */
export function findingDocument(finding: Advised, invocation: Invocation): object {
  const { urgency: _urgency, clues: _clues, host: _host, remedies, steps: _steps, moved, ...facts } = finding
  const told = { invocation, findings: [finding] } as const
  return {
    ...facts,
    moved: moved && { to: moved.to, since: moved.since, source: moved.source },
    title: titleOf(told),
    meaning: meaningOf(told),
    steps: stepsOf([finding], invocation).map(({ say, command, where }) => ({
      text: say,
      command: command ?? null,
      where: where?.replace(/^on /, '') ?? null,
    })),
    remedies: remedies.map(remedy => ({ remedy, command: remedyCommand(invocation, remedy, finding) })),
  }
}

/** `kind: Diagnosis`. */
export function diagnosisDocument(diagnosis: AdvisedDiagnosis, invocation: Invocation): Envelope {
  const { takenAt, complete, source, scope, summary, findings, pulling, gaps } = diagnosis
  const told = findings.map(finding => findingDocument(finding, invocation))
  const content = { takenAt, complete, source, scope, summary, findings: told, pulling, gaps }
  return enveloped('Diagnosis', content)
}
