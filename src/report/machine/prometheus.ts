/** The quota in Prometheus' text exposition format. */

import type { Usage } from '../../quota/spending.ts'
import type { HubQuota } from '../../snapshot/hub-quota.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { shortList } from '../words/nouns.ts'
import { MAX_PLACES, needsNames } from '../words/quota/quota.ts'
import type { QuotaReport } from './quota-document.ts'

interface Metric {
  name: string
  help: string
  /** null if the answer lacks this number; then there is no sample. */
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
      // A 429 can precede the check of the login.
      identity.type === 'anonymous' || answer.status === 'unknown' || answer.status === 'rate-limited'
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

/** Returns the metrics, one sample per identity. */
export function renderPrometheus({ judged: { quotas }, usage }: QuotaReport): string {
  const labels = labelsOf(quotas)
  return joinLines([
    ...METRICS.flatMap(({ name, help, of }) => {
      const samples = quotas.flatMap((quota, index) => {
        const value = of(quota)
        return value === null ? [] : [`${name}{${labels[index]}} ${value}`]
      })
      return metric(name, help, samples)
    }),
    ...(usage === null ? [] : usageMetrics(usage.usage, labels)),
  ])
}

/** Returns no lines for a metric without samples. */
function metric(name: string, help: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples]
}

function usageMetrics({ outlooks, spenders }: Usage, labels: readonly string[]): string[] {
  const expected = 'pullguard_docker_hub_pulls_expected'
  const byWorkload = 'pullguard_docker_hub_workload_pulls_expected'
  return [
    ...metric(
      expected,
      'Pulls that the cluster is expected to make in one window.',
      outlooks.map(({ pulls }, index) => `${expected}{${labels[index]}} ${pulls}`),
    ),
    ...metric(
      byWorkload,
      'Pulls that a workload is expected to make in one window.',
      spenders.map(({ workload: { kind, namespace, name }, pulls }) => {
        const names = Object.entries({ kind, namespace, name })
        return `${byWorkload}{${names.map(([key, value]) => `${key}="${labelValue(value)}"`).join(',')}} ${pulls}`
      }),
    ),
  ]
}

/** Makes labels unique, because a Secret can contain two logins for one account, and no two samples may have the same labels. */
function labelsOf(quotas: readonly HubQuota[]): string[] {
  const named = needsNames(quotas)
  const seen = new Map<string, number>()
  return quotas.map(({ identity: { type, username, origins } }) => {
    const labels = [
      ['identity', type],
      ...(origins.length > 0
        ? [[type === 'login' ? 'found_in' : 'from', shortList(origins, MAX_PLACES)]]
        : []),
      ...(named && username !== null ? [['account', username]] : []),
    ]
    const text = labels.map(([name, value]) => `${name}="${labelValue(value ?? '')}"`).join(',')
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    return count === 1 ? text : `${text},entry="${count}"`
  })
}

/** Escapes backslash, quote, and line feed (Prometheus' exposition formats); `sanitizeLine` already removed line feeds. */
function labelValue(text: string): string {
  return sanitizeLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
