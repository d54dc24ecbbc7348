/** Who uses a cluster's Docker Hub pulls, whether the pulls last for a window, and which changes save the most. */

import { isFixedImage } from '../image/fixed-tag.ts'
import { fullNameOf } from '../image/reference.ts'
import { isPublic } from '../image/registries.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage } from '../snapshot/hub-usage.ts'
import { capacitiesOf, forecastOf, outlookOf } from './forecast.ts'
import { NodeImages } from './node-images.ts'
import { ANONYMOUS } from './payers.ts'
import { startsWithin } from './schedules.ts'
import { spendersOf } from './spenders.ts'
import {
  type NamedContainer,
  type Outlook,
  type Saving,
  type SavingCode,
  type Spend,
  type Spender,
  sum,
  type Usage,
} from './spending.ts'
import { imagesOf, rolloutCost } from './template-pulls.ts'

/** Seconds: Docker's own window, used if no header gives another (docs.docker.com/docker-hub/usage/pulls). */
export const USUAL_WINDOW = 6 * 3600

/** How many rollouts to list beside the spenders. */
const ROLLOUTS_NAMED = 5

/** The window in which these identities' pulls are counted, in seconds. */
function windowOf(quotas: readonly HubQuota[]): number {
  const windows = quotas.flatMap(({ answer }) =>
    answer.status === 'limited' && answer.windowSeconds !== null && answer.windowSeconds > 0
      ? [answer.windowSeconds]
      : [],
  )
  return windows[0] ?? USUAL_WINDOW
}

/**
 * @param quotas the anonymous quota first
 * @param fresh how many nodes to add; null for no forecast
 */
export function usageOf(facts: HubUsage, quotas: readonly HubQuota[], fresh: number | null): Usage {
  const window = windowOf(quotas)
  const nodes = new NodeImages(facts.nodes)
  const { takenAt } = facts
  const startsOf = startsWithin(takenAt, window)
  const spenders = spendersOf(facts, quotas, { takenAt, window, nodes, startsOf })
  const outlooks = quotas.map((quota, index) =>
    outlookOf(
      quota,
      spenders.filter(({ payer }) => payer === index),
      window,
    ),
  )
  const rolloutCosts = facts.workloads
    .filter(({ kind, pods }) => kind !== 'CronJob' && pods > 0)
    .map(workload => {
      const { kind, namespace, name } = workload
      return { workload: { kind, namespace, name }, pulls: rolloutCost(workload, { nodes }) }
    })
    .sort((one, other) => other.pulls - one.pulls)
  return {
    window,
    spenders,
    outlooks,
    savings: savingsOf(spenders, outlooks),
    capacities: capacitiesOf(sum(spenders.map(({ pulls }) => pulls)), quotas, facts.nodes),
    forecast: fresh === null ? null : forecastOf(facts, quotas, { fresh, window }),
    workloads: facts.workloads.length,
    images: imagesOf(facts.workloads.flatMap(({ containers }) => containers)).length,
    rolloutCosts: rolloutCosts.slice(0, ROLLOUTS_NAMED),
  }
}

const MAX_SAVINGS = 3

/** At most three savings, the largest first; each saves at least one pull. */
function savingsOf(spenders: readonly Spender[], outlooks: readonly Outlook[]): Saving[] {
  const each = spenders.flatMap(spender => spender.spends.flatMap(spend => savingOf(spender, spend) ?? []))
  return [...each, ...logIn(outlooks)]
    .filter(({ pulls }) => pulls > 0)
    .sort((one, other) => other.pulls - one.pulls)
    .slice(0, MAX_SAVINGS)
}

function savingOf(spender: Spender, { reason, pulls }: Spend): Saving | null {
  const { workload, images } = spender
  const saving = (code: SavingCode, saved = pulls): Saving => ({
    code,
    workload,
    containers: [],
    pod: null,
    pulls: Math.floor(saved),
  })
  switch (reason.code) {
    case 'restarts':
      return { ...saving('stop-crashing'), containers: [reason.container], pod: reason.pod }
    case 'schedule':
      return reason.byPolicy > 0 ? ofPolicy(saving('keep-image', reason.byPolicy), reason.containers) : null
    case 'waiting':
      return images.every(image => isPublic(fullNameOf(image))) ? saving('other-registry') : null
    case 'rollout':
    case 'rollouts':
      return null
  }
}

/** If a tag that moves were never requested again, each node would keep whatever it pulled first, so such an image is pinned instead. */
function ofPolicy(saving: Saving, containers: NamedContainer[]): Saving {
  return {
    ...saving,
    code: containers.every(({ image }) => isFixedImage(image)) ? 'keep-image' : 'pin',
    containers,
  }
}

/** Suggests a login if an account without a limit, or with enough pulls left over, could take the anonymous pulls. */
function logIn(outlooks: readonly Outlook[]): Saving[] {
  const anonymous = outlooks[ANONYMOUS]
  if (anonymous === undefined || anonymous.fits !== false) return []
  const able = outlooks.some(
    ({ left, pulls }, index) => index !== ANONYMOUS && left !== null && left - pulls >= anonymous.pulls,
  )
  const saving: Saving = { code: 'log-in', workload: null, containers: [], pod: null, pulls: anonymous.pulls }
  return able ? [saving] : []
}
