/** The words of `quota --usage`: why a workload pulls, whether the pulls last, what each plan allows, and how it was counted. */

import type {
  Capacity,
  Forecast,
  ForecastWait,
  Outlook,
  PullPlan,
  SpendReason,
  Usage,
} from '../../../quota/spending.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import { durationInWords } from '../duration.ts'
import { formatNumber, pluralize, shortList } from '../nouns.ts'
import { identityText, needsNames } from './quota.ts'

type Code = SpendReason['code']
type ReasonWords = { [C in Code]: (reason: Extract<SpendReason, { code: C }>) => string }

const REASONS: ReasonWords = {
  waiting: ({ pods }) => `${pluralize(pods, 'pod')} ${pods === 1 ? 'waits' : 'wait'} for an image`,
  rollout: ({ pods }) => `rollout in progress, ${pluralize(pods, 'pod')} still to be replaced`,
  restarts: ({ pods, everySeconds }) =>
    `policy Always, ${pluralize(pods, 'pod')} restarting${pods === 1 ? '' : ', the fastest'} every ${durationInWords(everySeconds)}`,
  schedule: ({ runs, schedule, byPolicy }) =>
    `runs ${pluralize(runs, 'time')} (${schedule})${byPolicy > 0 ? ', policy Always' : ', on nodes that might not have the image'}`,
  rollouts: ({ perHour }) => `rolled out ${pluralize(perHour, 'time')} in the last hour`,
}

/** Returns why a workload pulls. */
export function spendReasonText(reason: SpendReason): string {
  return (REASONS[reason.code] as (of: SpendReason) => string)(reason)
}

/** Returns, for example, `36` or `up to 36`. */
export function pullsText(pulls: number, atMost: boolean): string {
  return atMost ? `up to ${formatNumber(pulls)}` : formatNumber(pulls)
}

/**
 * Whether workloads or their pods could not be read, so that there may be more pulls than were counted. Other gaps only attribute pulls to
 * the wrong account or count too many.
 */
export function isPartial(gaps: readonly Gap[]): boolean {
  return gaps.some(({ what }) => !['nodes', 'secrets', 'serviceaccounts'].includes(what))
}

/** What the numbers cover. */
export interface Counted {
  /** Over how many seconds pulls are counted. */
  window: number
  /** See `isPartial`. */
  partial: boolean
}

const NOT_COUNTED = ', not counting what could not be read'

/** Returns the heading above the workloads that pull. */
export function spendersHeading({ window, partial }: Counted): string {
  return `Expected pulls in the next ${durationInWords(window)}, by workload${partial ? ' (not everything could be read)' : ''}`
}

/** Returns the text that replaces an empty list of workloads. */
export function noSpendersText({ partial }: Counted): string {
  return partial
    ? 'Unknown: not everything could be read, and what could be read is not expected to pull from Docker Hub.'
    : 'No workload is expected to pull from Docker Hub.'
}

/** Returns whether an identity's pulls last, such as `up to 120 expected in the next 6 hours; the remaining pulls run out in about 3 hours`. */
export function outlookText(
  { pulls, now, atMost, left, fits, runsOutAfter }: Outlook,
  { window, partial }: Counted,
): string {
  const time = durationInWords(window)
  if (pulls === 0)
    return partial ? `pulls in the next ${time} are unknown` : `no pulls expected in the next ${time}`
  const expected = `${pullsText(pulls, atMost)} expected in the next ${time}${now > 0 && now < pulls ? `, ${formatNumber(now)} of them now` : ''}`
  if (fits === null) return `${expected}; how many are left is unknown`
  if (fits) return `${expected}; enough are left${partial ? NOT_COUNTED : ''}`
  if (left === 0) return `${expected}; none are left`
  return `${expected}; ${runsOutAfter === 0 ? 'too few are left for what is due now' : `the remaining pulls run out in about ${roughly(runsOutAfter ?? 0)}`}`
}

/** Rounds an estimated time to 5 minutes, or to half an hour from 3 hours on. */
function roughly(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes <= 10) return pluralize(minutes, 'minute')
  if (minutes < 180) return pluralize(Math.round(minutes / 5) * 5, 'minute')
  return `${Math.round(minutes / 30) / 2} hours`
}

/** Returns which identities lack pulls, after the text about what is left; null if pulls last or that is unknown. */
export function shortageText({ outlooks, window }: Usage): string | null {
  const short = outlooks.filter(({ fits }) => fits === false)
  if (short.length === 0) return null
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const who = shortList(
    short.map(({ quota }) => identityText(quota, named)),
    3,
  )
  return `Not enough for the next ${durationInWords(window)}: ${who}.`
}

const ACCOUNTS = {
  personal: 'with a free account (Docker Personal)',
  paid: 'with a paid plan (Docker Pro, Team, or Business)',
}

const PLAN: Record<PullPlan, (capacity: Capacity) => string> = {
  anonymous: ({ addresses }) =>
    addresses !== null && addresses > 1
      ? `without a login, from ${pluralize(addresses, 'address')} of the nodes' own`
      : 'without a login, from one address',
  personal: () => ACCOUNTS.personal,
  paid: () => ACCOUNTS.paid,
}

/** Returns each plan and what it allows. */
export function capacityTexts({ capacities }: Usage, counted: Counted): [plan: string, allows: string][] {
  return capacities.map(capacity => [PLAN[capacity.plan](capacity), allowsText(capacity, counted)])
}

function allowsText({ allows, fits }: Capacity, { partial }: Counted): string {
  if (allows === null) return 'unlimited'
  const enough = partial ? 'enough for what could be read' : 'enough'
  return `${pluralize(allows, 'pull')}, ${fits ? enough : 'not enough'}`
}

/** Warns that a free account allows fewer pulls than the nodes have without one; null otherwise. */
export function worseLoginText({ capacities }: Usage): string | null {
  const [anonymous, personal] = (['anonymous', 'personal'] as const).map(name =>
    capacities.find(({ plan }) => plan === name),
  )
  const [own, account] = [anonymous?.allows ?? 0, personal?.allows ?? 0]
  if (own <= account) return null
  return `A free account would allow fewer pulls: its ${pluralize(account, 'pull')} would be shared by all nodes, which have ${formatNumber(own)} without it.`
}

const WAIT: Record<ForecastWait['how'], string> = {
  'shared-address': 'without a login, all from one address',
  'own-addresses': 'without a login, each from its own address',
  ...ACCOUNTS,
}

/** Returns what fresh nodes pull. */
export function forecastText({ nodes, atOnce, later, cacheSaves }: Forecast, { partial }: Counted): string {
  if (atOnce + later === 0)
    return partial
      ? 'What new nodes pull from Docker Hub is unknown: not everything could be read.'
      : 'New nodes are not expected to pull from Docker Hub.'
  const cache =
    cacheSaves === 0 ? '' : ` A pull-through cache would save ${formatNumber(cacheSaves)} of these pulls.`
  const verb = nodes === 1 ? 'pulls' : 'pull'
  const placed = 'as pods are placed there'
  const what =
    atOnce === 0
      ? `up to ${pluralize(later, 'image')} ${placed}`
      : `${pluralize(atOnce, 'image')} for DaemonSets at once, and up to ${formatNumber(later)} more ${placed}`
  return `${pluralize(nodes, 'new node')} ${verb} ${what}${partial ? ', and whatever could not be read' : ''}.${cache}`
}

/** Returns the maximum time that takes, by plan. */
export function forecastWaitTexts({ waits, atOnce, later }: Forecast): [how: string, takes: string][] {
  if (atOnce + later === 0) return []
  return waits.map(({ how, seconds }) => [
    WAIT[how],
    seconds === null ? 'never' : seconds === 0 ? 'no wait' : `up to ${durationInWords(seconds)}`,
  ])
}

/** Returns what the numbers are based on. */
export function countedText({ workloads, images }: Usage): string {
  return (
    `Looked at ${pluralize(workloads, 'workload')} with ${pluralize(images, 'image')} from Docker Hub. ` +
    "A pull is a GET of a manifest, once for each node and image; a node's architecture makes no difference. " +
    'A restart of a container with policy Always costs nothing on containerd and on Docker Engine 20.10 or later as long as its tag names the same image, and one pull on CRI-O. ' +
    'Not counted: tags that move to another image, images that a node removes and pulls again, and pods that come and go without a workload. ' +
    "If nodes pull through a mirror, the pulls are the mirror's."
  )
}

/** @param unread restarted pods that were not read */
export function unreadRestartsText(unread: number): string {
  return `${pluralize(unread, 'more pod')} restarted in that time and ${unread === 1 ? 'is' : 'are'} not counted.`
}
