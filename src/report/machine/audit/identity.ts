/** Where an audit's finding is, as formats write it, and what identifies it across runs. */

import type { AuditFinding } from '../../../audit/finding.ts'
import { fingerprint } from '../fingerprint.ts'

/** `deployment/shop`. */
export function workloadText({ workload: { kind, name } }: Pick<AuditFinding, 'workload'>): string {
  return `${kind.toLowerCase()}/${name === '' ? '(unnamed)' : name}`
}

/** `web/deployment/shop`; without the namespace if the file sets none. */
export function fullWorkload(finding: Pick<AuditFinding, 'workload'>): string {
  const { namespace } = finding.workload
  return namespace === null ? workloadText(finding) : `${namespace}/${workloadText(finding)}`
}

interface FilePlace {
  path: string
  line: number
  column: number
  endLine: number
  endColumn: number
}

/** The place in a file: the value's or, for a finding about no particular value, the workload's. null in a cluster. */
export function filePlace({ workload, place }: AuditFinding): FilePlace | null {
  const where = place ?? workload.place
  if (workload.source === null || where === null) return null
  const { line, column, endLine, endColumn } = where
  return { path: workload.source.path, line, column, endLine, endColumn }
}

/** `deploy.yaml:12:16`; in a cluster `web/deployment/shop`. */
export function placeText(finding: AuditFinding): string {
  const place = filePlace(finding)
  return place === null ? fullWorkload(finding) : `${place.path}:${place.line}:${place.column}`
}

/** Excludes the line, and the tag, which changes with each release. */
export function auditIdentity({
  rule,
  workload,
  container,
  arguments: args,
}: AuditFinding): (string | null)[] {
  const { kind, namespace, name, source } = workload
  const secret = 'secret' in args ? args.secret : null
  const what = 'what' in args ? args.what : 'how' in args ? args.how : null
  return [rule, kind, namespace, name, container?.name ?? null, source?.path ?? null, secret, what]
}

/** Returns the identity as a short hash. */
export function auditFingerprint(finding: AuditFinding): string {
  return fingerprint(auditIdentity(finding))
}
