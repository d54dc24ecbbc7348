/** Forecasts: the pulls that a window will charge to each identity, what each of Docker Hub's plans allows, and what fresh nodes pull. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage, UsageNode, UsageWorkload } from '../snapshot/hub-usage.ts'
import { ANONYMOUS } from './payers.ts'
import {
  type Capacity,
  type Forecast,
  type ForecastWait,
  type Outlook,
  type PullPlan,
  type Spend,
  type Spender,
  sum,
} from './spending.ts'
import { imagesOf } from './template-pulls.ts'

/** How many equal steps of a window the forecast computes. */
const STEPS = 48

/**
 * How many pulls an identity will be charged in a window, whether enough are left, and when they run out.
 * @param window seconds
 */
export function outlookOf(quota: HubQuota, spenders: readonly Spender[], window: number): Outlook {
  const spends = spenders.flatMap(spender => spender.spends)
  const exact = Array.from({ length: STEPS + 1 }, (_, step) =>
    madeBy(spends, (step / STEPS) * window, window),
  )
  const course = exact.map(pulls => Math.ceil(pulls))
  const left = leftOf(quota)
  const pulls = course.at(-1) ?? 0
  return {
    quota,
    left,
    pulls,
    now: course[0] ?? 0,
    atMost: spends.some(({ atMost }) => atMost),
    course,
    fits: left === null ? null : pulls <= left,
    runsOutAfter: left === null || pulls <= left ? null : momentOf(spends, left, window),
  }
}

/** Pulls left now; infinite without a limit, null if unknown. */
function leftOf({ answer }: HubQuota): number | null {
  switch (answer.status) {
    case 'limited':
      return answer.remaining
    case 'unlimited':
      return Number.POSITIVE_INFINITY
    case 'rate-limited':
      return 0
    case 'wrong-credential':
    case 'unknown':
      return null
  }
}

function madeBy(spends: readonly Spend[], seconds: number, window: number): number {
  return sum(spends.map(({ pulls, when }) => pulls * shareBy(when, seconds, window)))
}

function shareBy(when: Spend['when'], seconds: number, window: number): number {
  if (when === 'now') return 1
  if (when === 'evenly') return seconds / window
  return when.length === 0 ? 0 : when.filter(at => at <= seconds).length / when.length
}

/** The second at which more pulls have been made than are left now. When earlier pulls leave the window is unknown, so they don't count. */
function momentOf(spends: readonly Spend[], left: number, window: number): number {
  let [early, late] = [0, window]
  if (madeBy(spends, 0, window) > left) return 0
  while (late - early > 0.1) {
    const middle = (early + late) / 2
    if (madeBy(spends, middle, window) > left) late = middle
    else early = middle
  }
  return Math.round(late)
}

/**
 * What fresh nodes will pull: images of DaemonSets immediately, other images as pods are placed there.
 * @param fresh how many nodes are added
 * @param window seconds
 */
export function forecastOf(
  { workloads, nodes }: HubUsage,
  quotas: readonly HubQuota[],
  { fresh, window }: { fresh: number; window: number },
): Forecast {
  const before = nodes?.filter(({ schedulable }) => schedulable).length ?? 0
  const lasting = workloads.filter(({ kind }) => kind !== 'CronJob')
  const daemonSets = lasting.filter(({ kind }) => kind === 'DaemonSet')
  const others = lasting.filter(({ kind }) => kind !== 'DaemonSet')
  const atOnce = Math.ceil(sum(daemonSets.map(workload => daemonPulls(workload, before, fresh))))
  const later = Math.ceil(sum(others.map(workload => spreadPulls(workload, before + fresh, fresh))))
  const pulls = atOnce + later
  const images = imagesOf(lasting.flatMap(({ containers }) => containers))
  return {
    nodes: fresh,
    atOnce,
    later,
    waits: waitsFor(pulls, quotas, { fresh, window }),
    cacheSaves: Math.max(0, pulls - Math.min(pulls, images.length)),
  }
}

/** A DaemonSet that runs on some nodes only is assumed to run on the same share of fresh nodes. */
function daemonPulls({ containers, pods }: UsageWorkload, before: number, fresh: number): number {
  const share = before === 0 ? 1 : Math.min(1, pods / before)
  return imagesOf(containers).length * share * fresh
}

/** Pulls on the fresh nodes that can be expected to get at least one of the pods, if every node is equally likely for each pod. */
function spreadPulls({ containers, pods }: UsageWorkload, all: number, fresh: number): number {
  if (all === 0) return 0
  return imagesOf(containers).length * fresh * (1 - (1 - 1 / all) ** pods)
}

function waitsFor(
  pulls: number,
  quotas: readonly HubQuota[],
  { fresh, window }: { fresh: number; window: number },
): ForecastWait[] {
  const limit = anonymousLimit(quotas)
  const anonymous = quotas[ANONYMOUS]
  const left = Math.min(limit, (anonymous && leftOf(anonymous)) ?? limit)
  const each = fresh === 0 ? 0 : Math.ceil(pulls / fresh)
  return [
    { how: 'shared-address', seconds: waitFor(pulls, { left, limit, window }) },
    { how: 'own-addresses', seconds: waitFor(each, { left: limit, limit, window }) },
    { how: 'personal', seconds: waitFor(pulls, { left: PERSONAL, limit: PERSONAL, window }) },
    { how: 'paid', seconds: 0 },
  ]
}

interface PullAllowance {
  left: number
  limit: number
  window: number
}

/** Seconds until the last pull is made, if a window's pulls come back at its end; null if they never do. */
function waitFor(pulls: number, { left, limit, window }: PullAllowance): number | null {
  if (pulls <= left) return 0
  return limit === 0 ? null : Math.ceil((pulls - left) / limit) * window
}

/**
 * Docker's own numbers (docs.docker.com/docker-hub/usage/pulls): pulls in a window for an address whose limit Docker Hub has not reported,
 * and for a free account.
 */
const DOCUMENTED_ANONYMOUS = 100
const PERSONAL = 200

/** How many addresses the nodes pull from, as far as known: nodes behind a NAT share one. */
function addressesOf(nodes: readonly UsageNode[] | null): number {
  const able = (nodes ?? []).filter(({ schedulable }) => schedulable)
  return able.length > 0 && able.every(({ hasOwnAddress }) => hasOwnAddress) ? able.length : 1
}

/** The limit of one address. */
function anonymousLimit(quotas: readonly HubQuota[]): number {
  const answer = quotas[ANONYMOUS]?.answer
  return answer?.status === 'limited' ? answer.limit : DOCUMENTED_ANONYMOUS
}

/**
 * What each plan allows for a cluster in one window, and whether that is enough.
 * @param pulls the expected pulls in one window
 */
export function capacitiesOf(
  pulls: number,
  quotas: readonly HubQuota[],
  nodes: readonly UsageNode[] | null,
): Capacity[] {
  const addresses = addressesOf(nodes)
  const allowed: Record<PullPlan, number | null> = {
    anonymous: anonymousLimit(quotas) * addresses,
    personal: PERSONAL,
    paid: null,
  }
  return (Object.entries(allowed) as [PullPlan, number | null][]).map(([plan, allows]) => ({
    plan,
    allows,
    addresses: plan === 'anonymous' ? addresses : null,
    fits: allows === null || pulls <= allows,
  }))
}
