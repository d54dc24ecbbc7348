/** The registry, its token server, or a cache's upstream refused because of too many pulls, requests, or bytes. */

import { isDockerHubHost } from '../../image/docker-hub.ts'
import type { RateLimitSubcause } from '../finding.ts'
import type { PullError } from '../text/pull-error.ts'
import { type CauseRule, matchesAny } from './cause-rule.ts'
import { PASSED_ON } from './image-not-found.ts'

const LIMIT = '(?:limits?|quota|allowance)'
const MANY = '(?:data|bandwidth|transfer|traffic|egress|download|pull|request|api|rate)s?'
const PATTERNS = [
  /\btoomanyrequests\b|\btoo[ _]many[ _](?:\w+ )?requests\b|\b429\b.{0,4}too many\b|\bhap429\b/,
  /\brate (?:limit|exceeded)|\brate-?limit(?:ed|ing)?\b|\brequest rate\b|\bslow ?down\b/,
  /\bquota exceeded for quota metric\b|\bthrottl(?:ed|ing)\b|\btoo many (?:pulls|failed login)/,
  new RegExp(`\\b${MANY} (?:\\w+ ){0,3}${LIMIT}(?: \\w+){0,4} (?:exceeded|reached|hit)\\b`),
  new RegExp(`\\b(?:exceeded|reached|over)(?: \\w+){0,4} ${MANY}(?: \\w+){0,3} ${LIMIT}\\b`),
  /\bretry-after: \S+ allowed: /,
  // Cloudflare's error page for a rate limit.
  /\berror code: 1015\b/,
]

/** A limit within a second or a minute: GHCR's `allowed: 44000/minute`, ECR's `Rate exceeded`; Docker Hub counts pulls over hours. */
const OF_MINUTES =
  /\brate exceeded\b|\ballowed: [\d.,]+ ?\/ ?(?:s|sec|second|m|min|minute)s?\b|\b(?:pulls|requests|calls|queries) ?(?:per|\/|a) ?(?:s|sec|second|min|minute)\b|\bper (?:second|minute) per \w+\b/i

/** Whether the text shows a limit within a second or a minute. */
export function isLimitOfMinutes(text: string): boolean {
  return OF_MINUTES.test(text)
}

const DATA = '(?:data|bandwidth|transfer|traffic|egress|download(?:ed|s)?)'
/** A limit on the amount of data, such as an owner pays for: `remaining traffic quota is not enough`, `monthly bandwidth limit`. */
const OF_DATA = new RegExp(`\\b${DATA} (?:\\w+ ){0,3}${LIMIT}\\b|\\b${LIMIT} (?:\\w+ ){0,3}${DATA}\\b`, 'i')

/** Such a limit, and over which time it is, null if the text does not say; null for a text about no such limit. */
export function limitOfData(text: string): { period: 'day' | 'month' | null } | null {
  if (!OF_DATA.test(text)) return null
  if (/\bmonth(?:ly)?\b/i.test(text)) return { period: 'month' }
  return { period: /\b(?:daily|day|24 hours)\b/i.test(text) ? 'day' : null }
}

const OF_ANYONE =
  /\breached your unauth|\bunauthenticated (?:pull )?rate limit\b|\banonymous\b.{0,60}\b(?:limit|quota|pulls)\b/
const OF_ACCOUNT =
  /\brate limit (?:as|for (?:user|account))\b|\blimit by upgrading\b|(?<!un)\bauthenticated pull rate limit\b/

/** Docker Hub's own words for its limit on pulls, whoever passes them on (docs.docker.com, "Docker Hub usage and limits"). */
const OF_HUB = /docker\.com\/increase-rate-limit|\breached your (?:\w+ )?pull rate limit\b/i

/** Whether the text is Docker Hub's about its limit on pulls. */
export function isHubLimit(text: string): boolean {
  return OF_HUB.test(text)
}

/** Whether the answer names a limit: the one to a HEAD request has no message. @param masked see maskNames */
export function namesLimit(masked: string): boolean {
  return /\btoomanyrequests\b|\blimit\b/.test(masked)
}

export const rateLimited: CauseRule<'rate-limited'> = {
  cause: 'rate-limited',
  matches: ({ masked, status }) => status === 429 || matchesAny(masked, PATTERNS),
}

/**
 * Whose limit the text alone shows. Docker Hub's message names it; its abuse limit is a 429 without a message (docs.docker.com, "Docker Hub
 * usage and limits").
 */
export function limitShownIn({ masked, hosts }: PullError): RateLimitSubcause {
  if (OF_ANYONE.test(masked)) return 'anonymous'
  if (/\bhap429\b|\btoo many failed login\b/.test(masked)) return 'abuse'
  if (OF_ACCOUNT.test(masked)) return 'account'
  // The answer to a HEAD request does not show which limit was hit, nor does a status that OpenShift's registry passes on.
  const isUndecided =
    namesLimit(masked) || PASSED_ON.test(masked) || /\bhead (?:request to )?["'`]?‹url›/.test(masked)
  return !isUndecided && hosts.some(isDockerHubHost) ? 'abuse' : 'unspecified'
}
