/** The quota as a document for machines. */

import type { Forecast, Outlook, Saving, Spender } from '../../quota/spending.ts'
import type { JudgedQuotas } from '../../snapshot/hub-quota.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import type { UsageReport } from '../views/quota/usage-screen.ts'
import { needsNames } from '../words/quota/quota.ts'
import { savingCommand, savingText } from '../words/quota/quota-savings.ts'
import { enveloped } from './data.ts'

/** The content of a quota report. */
export interface QuotaReport {
  judged: JudgedQuotas
  /** ISO 8601. */
  takenAt: string
  /** Whether every pull secret in scope was read, and Docker Hub answered for each identity. */
  complete: boolean
  gaps: readonly Gap[]
  /** The namespace that was read, null for all; null as a whole if no cluster was read. */
  cluster: { namespace: string | null } | null
  /** null if not requested. */
  usage: UsageReport | null
}

/** Returns the document. Includes account names only if needed to distinguish several logins, and addresses only on request. */
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

/** Returns the usage fields; `payer` and `outlooks` follow the order of the document's quotas. */
function usageFields(
  { usage, podCount, restartsUnread, namespace }: UsageReport,
  invocation: Invocation,
): object {
  const { window, workloads, images, spenders, outlooks, savings, capacities, forecast, rolloutCosts } = usage
  return {
    windowSeconds: window,
    workloads,
    images,
    pods: podCount,
    podsNotRead: restartsUnread,
    spenders: spenders.map(spenderFields),
    outlooks: outlooks.map(outlookFields),
    savings: savings.map(saving => savingFields(saving, invocation, namespace)),
    capacities,
    forecast: forecast === null ? null : forecastFields(forecast),
    rolloutCosts: rolloutCosts.map(({ workload, pulls }) => ({ ...workload, pulls })),
  }
}

function spenderFields({ workload, images, payer, spends, pulls, atMost }: Spender): object {
  return {
    ...workload,
    images,
    payer,
    pulls,
    atMost,
    reasons: spends.map(({ reason: { code, ...facts }, pulls, atMost }) => ({
      reason: code,
      pulls: Math.ceil(pulls),
      atMost,
      ...facts,
    })),
  }
}

/** JSON has no infinity: without a limit, `remaining` is null and `fits` is true. */
function outlookFields({ pulls, now, atMost, left, fits, runsOutAfter, course }: Outlook): object {
  const remaining = left === null || Number.isFinite(left) ? left : null
  return { ...{ pulls, now, atMost, remaining, fits }, runsOutAfterSeconds: runsOutAfter, course }
}

function forecastFields({ waits, ...rest }: Forecast): object {
  return { ...rest, waits: waits.map(({ how, seconds }) => ({ how, atMostSeconds: seconds })) }
}

function savingFields(saving: Saving, invocation: Invocation, namespace: string | null): object {
  const { code, workload, pulls } = saving
  return {
    change: code,
    pulls,
    workload,
    text: savingText(saving),
    command: savingCommand(saving, invocation, namespace),
  }
}
