/** The quota as machines read it: one document, or Prometheus' text exposition format. */

import type { HubQuota, JudgedQuotas } from '../../snapshot/hub-quota.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../sanitise.ts'
import { joined } from '../screen/block.ts'
import type { UsageReport } from '../views/quota/usage-screen.ts'
import { someOf } from '../words/count.ts'
import { needsNames, PLACES_NAMED } from '../words/quota.ts'
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
  /** Null where it was not asked for. */
  usage: UsageReport | null
}

/** The document. Account names are in it only where they tell several logins apart; addresses only on request. */
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

interface Metric {
  name: string
  help: string
  /** Null where the answer has no such number: no sample then. */
  of: (quota: HubQuota) => number | null
}

const METRICS: Metric[] = [
  {
    name: 'pullguard_docker_hub_up',
    help: 'Whether Docker Hub answered for this identity (1) or not (0).',
    of: ({ answer }) => (answer.status === 'unknown' ? 0 : 1),
  },
  {
    name: 'pullguard_docker_hub_login_accepted',
    help: 'Whether Docker Hub accepts the login (1) or not (0).',
    of: ({ identity, answer }) =>
      identity.type === 'anonymous' || answer.status === 'unknown'
        ? null
        : Number(answer.status !== 'wrong-credential'),
  },
  {
    name: 'pullguard_docker_hub_limited',
    help: 'Whether Docker Hub limits the pulls of this identity (1) or not (0).',
    of: ({ answer: { status } }) =>
      status === 'unlimited' ? 0 : status === 'limited' || status === 'rate-limited' ? 1 : null,
  },
  {
    name: 'pullguard_docker_hub_pulls_limit',
    help: 'Pulls that Docker Hub allows in one window.',
    of: ({ answer }) => (answer.status === 'limited' ? answer.limit : null),
  },
  {
    name: 'pullguard_docker_hub_pulls_remaining',
    help: 'Pulls left in the current window.',
    of: ({ answer }) =>
      answer.status === 'limited' ? answer.remaining : answer.status === 'rate-limited' ? 0 : null,
  },
  {
    name: 'pullguard_docker_hub_window_seconds',
    help: 'Length of the window that pulls are counted in.',
    of: ({ answer }) => (answer.status === 'limited' ? answer.windowSeconds : null),
  },
]

/** The metrics, one sample for each identity. */
export function renderPrometheus({ judged: { quotas } }: QuotaReport): string {
  const labels = labelsOf(quotas)
  return joined(
    METRICS.flatMap(({ name, help, of }) => {
      const samples = quotas.flatMap((quota, index) => {
        const value = of(quota)
        return value === null ? [] : [`${name}{${labels[index]}} ${value}`]
      })
      return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples]
    }),
  )
}

/** One Secret can hold two logins of one account; no two samples may have the same labels. */
function labelsOf(quotas: readonly HubQuota[]): string[] {
  const named = needsNames(quotas)
  const seen = new Map<string, number>()
  return quotas.map(({ identity: { type, username, origins } }) => {
    const labels = [
      ['identity', type],
      ...(type === 'login' ? [['found_in', someOf(origins, PLACES_NAMED)]] : []),
      ...(named && username !== null ? [['account', username]] : []),
    ]
    const text = labels.map(([name, value]) => `${name}="${labelValue(value ?? '')}"`).join(',')
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    return count === 1 ? text : `${text},entry="${count}"`
  })
}

/** Backslash, quote, and line feed are escaped (Prometheus' exposition formats); `visible` leaves no line feed. */
function labelValue(text: string): string {
  return visible(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
