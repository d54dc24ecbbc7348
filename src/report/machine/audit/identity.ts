/** Identifies an audit's finding across runs. */

import type { AuditFinding } from '../../../audit/finding.ts'
import { fingerprint } from '../fingerprint.ts'

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
