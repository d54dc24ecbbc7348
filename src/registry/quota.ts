/** Reads Docker Hub's quota headers, from an answer and from what curl and Wget print. */

import { DOCKER_HUB } from '../image/docker-hub.ts'
import type { ResponseHeaders } from './connection.ts'
import type { Quota, QuotaOutcome } from './outcome.ts'
import { isWebPage, statusProblem } from './problem.ts'

/** HEAD of this tag returns the quota and costs no pull (Docker Hub's documentation). */
export const QUOTA_PROBE = {
  registry: DOCKER_HUB,
  repository: 'ratelimitpreview/test',
  tag: 'latest',
  digest: null,
}

/** Docker Hub sends one window; any beyond this many are ignored. */
const MAX_WINDOWS = 20

interface Amount {
  amount: number
  windowSeconds: number | null
}

/**
 * Parses `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`, `docker-ratelimit-source: 192.0.2.1`. The window comes only
 * from the header and may be missing; of several values, the one with the fewest pulls left counts. A manifest without headers has no
 * limit; null means that the headers can't be parsed, or that a web page answered in place of the registry.
 */
export function parseQuota(headers: ResponseHeaders): Quota | null {
  const limits = amounts(headers['ratelimit-limit'])
  const remainings = amounts(headers['ratelimit-remaining'])
  if (limits === null || remainings === null) return null
  if (limits.length === 0) {
    return remainings.length === 0 && !isWebPage({ headers }) ? { status: 'unlimited' } : null
  }
  const quotas = limits.map((limit, index) => {
    const left = remainings.find(each => sameWindow(each, limit)) ?? remainings[index] ?? remainings[0]
    return {
      status: 'limited' as const,
      limit: limit.amount,
      remaining: left?.amount ?? null,
      windowSeconds: limit.windowSeconds ?? left?.windowSeconds ?? null,
      source: sourceOf(headers['docker-ratelimit-source']),
    }
  })
  const left = (quota: { limit: number; remaining: number | null }) => quota.remaining ?? quota.limit
  return quotas.reduce((tightest, quota) => (left(quota) < left(tightest) ? quota : tightest))
}

/** The quota in the headers of an answer with status 200, or that they don't say it. */
export function quotaIn(headers: ResponseHeaders): QuotaOutcome {
  const detail = "the answer doesn't say how many pulls are left"
  return parseQuota(headers) ?? { status: 'server-error', httpStatus: 200, detail }
}

function sameWindow(a: Amount, b: Amount): boolean {
  return a.windowSeconds !== null && a.windowSeconds === b.windowSeconds
}

function amounts(header: string | string[] | undefined): Amount[] | null {
  const text = [header ?? ''].flat().join(',')
  const found: Amount[] = []
  for (const part of text.split(',', MAX_WINDOWS).filter(each => each.trim() !== '')) {
    const match = /^\s*(\d{1,15})\s*(?:;(.*))?$/.exec(part)
    if (match === null) return null
    const window = /(?:^|;)\s*w\s*=\s*"?(\d{1,12})"?\s*(?:;|$)/.exec(match[2] ?? '')?.[1]
    found.push({ amount: Number(match[1]), windowSeconds: window === undefined ? null : Number(window) })
  }
  return found
}

function sourceOf(header: string | string[] | undefined): string | null {
  const text = [header ?? ''].flat()[0]?.trim() ?? ''
  return /^[\w.:/-]{1,64}$/.test(text) ? text : null
}

/**
 * Docker Hub's answer from headers as curl and Wget print them. A proxy's own answer may come before; the last one counts. The text is
 * untrusted: an image's programs wrote it.
 * @param now milliseconds since 1970
 */
export function parseQuotaText(text: string, now: number): QuotaOutcome {
  let status = 0
  let headers: ResponseHeaders = {}
  for (const line of text.split('\n')) {
    const answered = /^\s*HTTP\/[\d.]+ (\d{3})\b/i.exec(line)?.[1]
    if (answered !== undefined) {
      status = Number(answered)
      headers = {}
    }
    const [, name, value] = /^\s*([\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] = value
  }
  return status === 200 ? quotaIn(headers) : statusProblem({ status, headers, at: now }, 'Docker Hub')
}
