/** A diagnosis as a document for machines. Field names are stable; fields may be added. */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import type { KnownFailure } from '../../diagnosis/finding.ts'
import type { Invocation } from '../invocation.ts'
import { meaningOf, titleOf } from '../words/causes.ts'
import { remedyCommand } from '../words/commands.ts'
import { stepsOf } from '../words/steps.ts'
import { type Envelope, enveloped, jsonPieces } from './data.ts'

/** Returns a finding in its printed form: each remedy has its command, and fields used only for sorting are omitted. */
export function findingDocument(finding: AdvisedFinding, invocation: Invocation): object {
  const {
    priority: _priority,
    clues: _clues,
    host: _host,
    lasting: _lasting,
    ofCustomController: _ofCustomController,
    judged: _judged,
    remedies,
    steps: _steps,
    moved,
    ...facts
  } = finding
  const context = { invocation, findings: [finding] } as const
  return {
    ...facts,
    moved: moved && { to: moved.to, since: moved.since, source: moved.source },
    title: titleOf(context),
    meaning: meaningOf(context),
    steps: stepsOf([finding], invocation).map(({ text, command, where }) => ({
      text,
      command: command ?? null,
      where: where?.replace(/^on /, '') ?? null,
    })),
    remedies: remedies.map(remedy => ({ remedy, command: remedyCommand(invocation, remedy, finding) })),
  }
}

/** `kind: Diagnosis`. */
export function diagnosisDocument(diagnosis: AdvisedDiagnosis, invocation: Invocation): Envelope {
  return withFindings(diagnosis, [...findingDocuments(diagnosis, invocation)])
}

/** Returns the document as JSON, in pieces, because it is long when everything fails. */
export function diagnosisJson(diagnosis: AdvisedDiagnosis, invocation: Invocation): Iterable<string> {
  return jsonPieces(withFindings(diagnosis, []), 'findings', findingDocuments(diagnosis, invocation))
}

function* findingDocuments({ findings }: AdvisedDiagnosis, invocation: Invocation): Generator<object> {
  for (const finding of findings) yield findingDocument(finding, invocation)
}

function withFindings<Documents extends readonly object[]>(diagnosis: AdvisedDiagnosis, findings: Documents) {
  const { takenAt, complete, source, scope, summary, pulling, gaps, known } = diagnosis
  return enveloped('Diagnosis', {
    takenAt,
    complete,
    source,
    scope,
    summary,
    findings,
    pulling,
    gaps,
    ...(known === undefined ? {} : { known: known.map(knownDocument) }),
  })
}

function knownDocument({ finding, reason, expires }: KnownFailure): object {
  const { cause, subcause, namespace, pod, container, workload, image } = finding
  return { cause, subcause, namespace, pod, container, workload, image, reason, expires }
}
