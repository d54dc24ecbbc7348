/** An audit as the document that machines read. Its names are stable; fields may be added. */

import type { AuditFinding } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { fullName, parseReference } from '../../../image/reference.ts'
import { RULE_WORDS, tell } from '../../words/audit.ts'
import { type Envelope, enveloped, jsonPieces } from '../data.ts'
import { editsDocument } from './edits-document.ts'
import { auditFingerprint } from './identity.ts'
import { filePlace } from './places.ts'

/** A finding as printed. */
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
    message: tell(finding),
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

/** The same as JSON, in pieces. */
export function auditJson(report: AuditReport): Iterable<string> {
  return jsonPieces(withFindings(report, []), 'findings', report.findings.values().map(auditFindingDocument))
}

function withFindings<Told extends readonly object[]>(report: AuditReport, findings: Told) {
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
