/** An audit as a document for machines. Field names are stable; fields may be added. */

import type { EditReport } from '../../../audit/edit-report.ts'
import type { FileEdit } from '../../../audit/file-edits.ts'
import type { AuditFinding } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { fullName, parseReference } from '../../../image/reference.ts'
import { leftAloneSentence, refusalSentence } from '../../words/audit/file-edits.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { type Envelope, enveloped, jsonPieces } from '../data.ts'
import { auditFingerprint, filePlace, workloadText } from './identity.ts'

/** Returns a finding in its printed form. */
function auditFindingDocument(finding: AuditFinding): object {
  const { rule, severity, workload, container, arguments: args, fix } = finding
  const { title, why, todo } = RULE_WORDS[rule]
  const reference = container === null ? null : parseReference(container.image)
  return {
    rule,
    severity,
    namespace: workload.namespace,
    workload: { apiVersion: workload.apiVersion, kind: workload.kind, name: workload.name },
    container: container?.name ?? null,
    containerKind: container?.kind ?? null,
    image: container?.image ?? null,
    reference: reference && fullName(reference),
    location: filePlace(finding),
    title,
    message: findingText(finding),
    why,
    todo,
    arguments: args,
    fix,
    fingerprint: auditFingerprint(finding),
  }
}

/** `kind: Audit`. */
export function auditDocument(report: AuditReport): Envelope {
  return withFindings(report, report.findings.map(auditFindingDocument))
}

/** Returns the document as JSON, in pieces. */
export function auditJson(report: AuditReport): Iterable<string> {
  return jsonPieces(withFindings(report, []), 'findings', report.findings.values().map(auditFindingDocument))
}

function withFindings<Documents extends readonly object[]>(report: AuditReport, findings: Documents) {
  const { takenAt, complete, source, scope, summary, gaps, unread, templates, unchecked, edits } = report
  return enveloped('Audit', {
    takenAt,
    complete,
    source,
    scope,
    summary,
    findings,
    gaps,
    unread,
    templates,
    unchecked,
    edits: edits && editsDocument(edits),
  })
}

/** Returns the files with what was changed in each, and what was left alone. */
function editsDocument({ dryRun, files, leftAlone }: EditReport): object {
  return {
    dryRun,
    files: files.map(({ path, written, problem, applied }) => ({
      path,
      written,
      problem,
      edits: applied.map(editDocument),
    })),
    leftAlone: [
      ...files.flatMap(({ path, refused }) =>
        refused.map(({ edit, why }) => ({ path, reason: why, message: refusalSentence(edit, why) })),
      ),
      ...leftAlone.map(each => ({
        path: each.workload.source?.path ?? null,
        reason: each.reason.code,
        message: leftAloneSentence(each),
      })),
    ],
  }
}

function editDocument({ edit, workload, container }: FileEdit): object {
  const { op } = edit
  return {
    op,
    workload: workloadText({ workload }),
    container: container?.name ?? null,
    key: op === 'set' ? edit.key : 'imagePullSecrets',
    value: op === 'set' ? edit.value : edit.name,
  }
}
