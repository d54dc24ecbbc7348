/** What makes a finding of an audit the same in the next run. */

import type { AuditFinding } from '../../../audit/finding.ts'
import { fingerprint } from '../fingerprint.ts'

/** Never its line, nor the tag that a release changes. */
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

/** The same as a short name. */
export function auditFingerprint(finding: AuditFinding): string {
  return fingerprint(auditIdentity(finding))
}
