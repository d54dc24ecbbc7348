/**
 * The words of `quota`: for whom it asked, what is left, and what that means. With `--from-node`, also what its pod is about to do, and why
 * it could not ask.
 */

import type { ProbeResult } from '../../../apply/quota-probe.ts'
import type { HubQuota, JudgedQuotas, QuotaAnswer, QuotaTrouble } from '../../../snapshot/hub-quota.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { durationInWords } from '../duration.ts'
import { formatNumber, joinList, pluralize, shortList } from '../nouns.ts'

/** The number of places to name before counting the rest. */
export const MAX_PLACES = 2

/**
 * Returns who an answer is for: `anonymous`, `login in secret web/dockercreds and 11 more`.
 * @param named whether account names are needed to distinguish several logins
 */
export function identityText({ identity: { type, username, origins } }: HubQuota, named: boolean): string {
  if (type === 'anonymous')
    return origins.length === 0 ? 'anonymous' : `anonymous, from ${origins.join(', ')}`
  const places = shortList(origins, MAX_PLACES)
  return named && username !== null ? `${username} (${places})` : `login in ${places}`
}

/** Whether there are several accounts, so that a place alone does not identify the login. */
export function needsNames(quotas: readonly HubQuota[]): boolean {
  return new Set(quotas.flatMap(({ identity }) => identity.username ?? [])).size > 1
}

/** Returns the first line. @param at ISO 8601; null if the quota is shown once */
export function headingText(at: string | null): string {
  return at === null ? 'Docker Hub pulls' : `Docker Hub pulls at ${at}`
}

/** Returns what is left, such as `76 of 100 pulls left (limit per 6 hours)`. */
export function answerText(answer: QuotaAnswer): string {
  switch (answer.status) {
    case 'limited': {
      const { limit, remaining, windowSeconds } = answer
      const per = windowSeconds === null ? '' : `per ${durationInWords(windowSeconds)}`
      if (remaining === null)
        return `at most ${pluralize(limit, 'pull')}${per && ` ${per}`}; Docker Hub doesn't say how many are left`
      return `${formatNumber(remaining)} of ${pluralize(limit, 'pull')} left${per && ` (limit ${per})`}`
    }
    case 'unlimited':
      return 'no limit'
    case 'rate-limited': {
      const { retryAfterSeconds } = answer
      const when = retryAfterSeconds === null ? '' : `; retry after ${durationInWords(retryAfterSeconds)}`
      return `none left: Docker Hub refused the request itself (429)${when}`
    }
    case 'wrong-credential':
      return 'not accepted: wrong password, or the token was revoked'
    case 'unknown':
      return `unknown: ${TROUBLE[answer.why](answer.detail)}`
  }
}

const TROUBLE: Record<QuotaTrouble, (detail: string) => string> = {
  unreachable: detail => `Docker Hub can't be reached (${detail})`,
  'server-error': detail => detail,
  denied: detail => `the repository that reports the quota was refused (${detail})`,
  'no-quota-there': () => 'what answers in place of Docker Hub reports no quota',
  withheld: detail => `the login was not sent, because its token server ${detail} is on another site`,
}

/** Returns whose pulls an address counts; an IPv6 prefix is often shared. */
export function sourceText(source: string): string {
  return source.includes(':') ? `${source}, an address range that others may share` : source
}

/** Clarifies whose numbers these are, because this machine's are easily mistaken for the nodes'. */
export function whoseNumbersText(quotas: readonly HubQuota[]): string {
  const fromNode = quotas.some(
    ({ identity: { type, origins } }) => type === 'anonymous' && origins.length > 0,
  )
  const whose = fromNode ? "here this machine's and the node's" : "here this machine's"
  return `Anonymous pulls are counted per IP address, ${whose}; nodes behind another address have their own count. A login's pulls are counted for its account, wherever they come from.`
}

/** What helps if the answer is unknown; empty if only Docker Hub can help. */
const REMEDY: Record<QuotaTrouble, string> = {
  unreachable: "check this machine's network and its proxy (HTTPS_PROXY, NO_PROXY)",
  'server-error': 'ask again in a few minutes',
  denied: '',
  'no-quota-there': 'ask Docker Hub itself: remove --registry-endpoint, or PULLGUARD_REGISTRY_ENDPOINTS',
  withheld: '',
}

/** Returns how to learn what is unknown: first about the answers, then about what could not be read; null if there is no known way. */
export function unknownNextText({ unknown }: JudgedQuotas, gaps: readonly Gap[]): string | null {
  const ofAnswers = unknown.flatMap(({ answer }) => (answer.status === 'unknown' ? REMEDY[answer.why] : []))
  const ofGaps = gaps.map(({ why }) =>
    why === 'forbidden' ? 'ask for the permissions named above' : 'run the command again',
  )
  const remedies = [...new Set([...ofAnswers, ...ofGaps])].filter(text => text !== '')
  return remedies.length === 0 ? null : `Next: ${joinList(remedies)}.`
}

/** Returns the last line: whether every identity has the required pulls. @param gaps secrets among them can hold logins that were not asked for */
export function quotaVerdictText(
  { quotas, refused, short, spent, unknown, failUnder }: JudgedQuotas,
  gaps: readonly Gap[],
): string {
  const named = needsNames(quotas)
  const who = (found: readonly HubQuota[]) =>
    shortList(
      found.map(one => identityText(one, named)),
      3,
    )
  const few = failUnder === 0 ? spent : short
  const sentences = [
    ...(refused.length > 0
      ? [`Docker Hub doesn't accept ${pluralize(refused.length, 'login')}: ${who(refused)}.`]
      : []),
    ...(few.length > 0
      ? [
          `${failUnder <= 1 ? 'No pulls left' : `Fewer than ${pluralize(failUnder, 'pull')} left`}: ${who(few)}.`,
        ]
      : []),
    ...(unknown.length > 0 ? [`How many pulls are left is unknown: ${who(unknown)}.`] : []),
  ]
  if (sentences.length > 0) return sentences.join(' ')
  const all = gaps.some(({ what }) => what === 'secrets') ? 'All those listed' : 'All of them'
  return failUnder <= 1
    ? `${all} have pulls left.`
    : `${all} have at least ${pluralize(failUnder, 'pull')} left.`
}

/** Describes what is about to happen, in a sentence or two. */
export function confirmProbeText({
  namespace,
  node,
  images,
}: {
  namespace: string
  node: string
  images: readonly string[]
}): string {
  const [first = '', ...others] = images
  const more =
    others.length === 0
      ? ''
      : ` (or, if that has no curl, ${pluralize(others.length, 'other image')} of that node)`
  return sanitizeLine(
    `A pod in namespace ${namespace} on node ${node} will ask Docker Hub for its quota and be deleted. It runs the image ${first}${more}, which is already there; nothing is pulled.`,
  )
}

/** Asks whether to do what `confirmProbeText` describes. */
export function probeQuestion(description: string): string {
  return `${description} Go ahead?`
}

export function leftOverProbesText(count: number): string {
  return `Removed ${pluralize(count, 'pod')} that an earlier run left behind.`
}

export function undeletedProbeText(namespace: string, pod: string): string {
  return sanitizeLine(
    `Pod ${pod} in namespace ${namespace} could not be deleted: it ends within a minute, and the next run deletes it if it is allowed to.`,
  )
}

type Failure = Exclude<ProbeResult, { status: 'answered' }>

const WHY: { [Status in Failure['status']]: (failure: Extract<Failure, { status: Status }>) => string } = {
  'no-client': () => 'it has no shell with curl or GNU Wget (the wget of BusyBox would cost a pull)',
  silent: () => 'its request was not answered',
  'not-run': ({ why }) => why,
}

export interface ProbeFailure {
  image: string
  why: Failure
}

/** Says why the pod could not ask. */
export function probeFailureText(node: string, failures: readonly ProbeFailure[]): string {
  const each = failures.map(
    ({ image, why }) => `${image}: ${(WHY[why.status] as (failure: Failure) => string)(why)}`,
  )
  return sanitizeLine(`Docker Hub could not be asked from node ${node}. ${each.join('; ')}.`)
}
