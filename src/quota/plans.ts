/** What Docker Hub gives to whom, and how far that reaches. The numbers are Docker's own: docs.docker.com/docker-hub/usage/pulls. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { UsageNode } from '../snapshot/hub-usage.ts'
import { ANONYMOUS } from './payers.ts'
import type { Capacity, PullPlan } from './spending.ts'

/** Pulls in a window, for an address whose limit Docker Hub has not reported, and for a free account. */
const DOCUMENTED_ANONYMOUS = 100
export const PERSONAL = 200

/** Nodes that pull from their own address, as far as is known: behind a NAT all share one. */
function addressesOf(nodes: readonly UsageNode[] | null): number {
  const able = (nodes ?? []).filter(({ schedulable }) => schedulable)
  return able.length > 0 && able.every(({ hasOwnAddress }) => hasOwnAddress) ? able.length : 1
}

/** The limit of one address. */
export function anonymousLimit(quotas: readonly HubQuota[]): number {
  const answer = quotas[ANONYMOUS]?.answer
  return answer?.status === 'limited' ? answer.limit : DOCUMENTED_ANONYMOUS
}

/**
 * What each plan allows for a cluster in one window, and whether that is enough.
 * @param pulls expected in one window
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
