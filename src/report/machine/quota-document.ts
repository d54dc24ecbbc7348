/** The quota as machines read it: one document. */

import type { JudgedQuotas } from '../../snapshot/hub-quota.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import type { UsageReport } from '../views/quota/usage-screen.ts'
import { needsNames } from '../words/quota.ts'
import { enveloped } from './data.ts'
import { usageFields } from './quota-usage.ts'

/** What a report of the quota says. */
export interface QuotaReport {
  judged: JudgedQuotas
  /** ISO 8601. */
  takenAt: string
  /** Every pull secret in scope was read, and Docker Hub answered for each identity. */
  complete: boolean
  gaps: readonly Gap[]
  /** Where a cluster was asked: the namespace, null for all. */
  cluster: { namespace: string | null } | null
  /** Null where it was not asked for. */
  usage: UsageReport | null
}

/** The document. Account names are in it only where they distinguish several logins; addresses only on request. */
export function quotaDocument(
  { takenAt, complete, judged: { quotas }, gaps, usage }: QuotaReport,
  showSource: boolean,
  invocation: Invocation,
): object {
  const named = needsNames(quotas)
  return enveloped('Quota', {
    takenAt,
    complete,
    quotas: quotas.map(({ identity, answer }) => {
      const { type, username, origins } = identity
      const who = { type, username: named ? username : null, origins }
      if (answer.status !== 'limited') return { ...who, ...answer }
      const { source, ...counts } = answer
      return { ...who, ...counts, ...(showSource ? { source } : {}) }
    }),
    ...(usage === null ? {} : { usage: usageFields(usage, invocation) }),
    gaps,
  })
}
