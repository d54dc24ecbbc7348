/** Ranks who pulls from Docker Hub: each workload, and each pod without one, with its reasons. */

import { indexOwners, topmostOwner } from '../diagnosis/owner.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubContainer, HubUsage, UsagePod, UsageWorkload } from '../snapshot/hub-usage.ts'
import { Payers } from './payers.ts'
import type { Spend, Spender, WorkloadName } from './spending.ts'
import { restartSpends, spendsOf, sum, WaitingPulls, type WindowFacts } from './spends.ts'

/** Those with pulls to make in the window, the greatest first. */
export function spendersOf(usage: HubUsage, quotas: readonly HubQuota[], facts: WindowFacts): Spender[] {
  const payers = new Payers(quotas, usage)
  const waiting = new WaitingPulls(facts)
  const podsOf = podsByWorkload(usage)
  const perHour = new Map(
    usage.rollouts.map(({ namespace, deployment, count }) => [
      keyOf({ kind: 'Deployment', namespace, name: deployment }),
      count,
    ]),
  )
  const templates = new Map(usage.workloads.map(workload => [keyOf(workload), workload]))
  const names = new Map<string, WorkloadName>([
    ...usage.workloads.map(workload => [keyOf(workload), workload] as const),
    ...podsOf.names,
  ])
  const spenders = [...names].flatMap(([key, name]) => {
    const template = templates.get(key)
    const pods = podsOf.pods.get(key) ?? []
    const spends = [
      ...waiting.of(pods),
      ...restartSpends(pods, facts),
      ...(template === undefined ? [] : spendsOf(template, perHour.get(key) ?? 0, facts)),
    ]
    return spends.length === 0 ? [] : [spenderOf(name, spends, { template, pods, payers })]
  })
  return spenders.sort(
    (one, other) => other.pulls - one.pulls || (keyOf(one.workload) < keyOf(other.workload) ? -1 : 1),
  )
}

interface Known {
  template: UsageWorkload | undefined
  pods: UsagePod[]
  payers: Payers
}

function spenderOf(
  { kind, namespace, name }: WorkloadName,
  spends: Spend[],
  { template, pods, payers }: Known,
): Spender {
  const [pod] = pods
  // What a pod was made with is surer than what its template says now.
  const payer = pod ? payers.ofPod(pod) : template ? payers.ofWorkload(template) : 0
  return {
    workload: { kind, namespace, name },
    images: [...new Set(containersOf(template, pods).map(({ image }) => image))],
    payer,
    spends,
    pulls: Math.ceil(sum(spends.map(({ pulls }) => pulls))),
    atMost: spends.some(({ atMost }) => atMost),
  }
}

/** All of the workload's containers with an image of Docker Hub that are known. */
function containersOf(template: UsageWorkload | undefined, pods: readonly UsagePod[]): HubContainer[] {
  const seen = pods.flatMap(({ waiting, restarts }) => [...waiting, ...restarts].map(one => one.container))
  return [...(template?.containers ?? []), ...seen]
}

interface PodsByWorkload {
  names: Map<string, WorkloadName>
  pods: Map<string, UsagePod[]>
}

function podsByWorkload({ pods, owners }: HubUsage): PodsByWorkload {
  const index = indexOwners(owners)
  const found: PodsByWorkload = { names: new Map(), pods: new Map() }
  for (const pod of pods) {
    const { namespace } = pod
    const owner = topmostOwner(pod, index) ?? { kind: 'Pod', name: pod.name }
    const name = { kind: owner.kind, namespace, name: owner.name }
    const key = keyOf(name)
    found.names.set(key, name)
    found.pods.set(key, [...(found.pods.get(key) ?? []), pod])
  }
  return found
}

function keyOf({ kind, namespace, name }: WorkloadName): string {
  return `${namespace}/${kind}/${name}`
}
