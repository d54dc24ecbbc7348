/** Ranks workloads by their pulls from Docker Hub: what their pods wait for, restart for, and will pull in future. */

import { isUnlikelyToRecover } from '../diagnosis/recovery-prospects.ts'
import { classify } from '../diagnosis/text/classify.ts'
import { isRemoteMirror } from '../diagnosis/text/endpoint.ts'
import { endpointOf } from '../diagnosis/text/endpoint-in-text.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { fullNameOf } from '../image/reference.ts'
import { compareText } from '../order.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubContainer, HubUsage, Restart, UsagePod, UsageWorkload } from '../snapshot/hub-usage.ts'
import { indexOwners, topmostOwner } from '../snapshot/owners.ts'
import { Payers } from './payers.ts'
import { isAlways } from './pull-cost.ts'
import { type Spend, type Spender, sum, type WorkloadName } from './spending.ts'
import { futureSpends, type WindowFacts } from './template-pulls.ts'

/** The workloads that will pull in the window, the most pulls first. */
export function spendersOf(usage: HubUsage, quotas: readonly HubQuota[], facts: WindowFacts): Spender[] {
  const payers = new Payers(quotas, usage)
  const waiting = new WaitingPulls(facts)
  const podsOf = podsByWorkload(usage)
  const perHour = new Map(
    usage.rollouts.map(({ namespace, deployment, count }) => [
      workloadKey({ kind: 'Deployment', namespace, name: deployment }),
      count,
    ]),
  )
  const templates = new Map(usage.workloads.map(workload => [workloadKey(workload), workload]))
  const names = new Map<string, WorkloadName>([
    ...usage.workloads.map(workload => [workloadKey(workload), workload] as const),
    ...podsOf.names,
  ])
  const spenders = [...names].flatMap(([key, name]) => {
    const template = templates.get(key)
    const pods = podsOf.pods.get(key) ?? []
    const spends = [
      ...waiting.of(pods),
      ...restartSpends(pods, facts),
      ...(template === undefined ? [] : futureSpends(template, perHour.get(key) ?? 0, facts)),
    ]
    return spends.length === 0 ? [] : [spenderOf(name, spends, { template, pods, payers })]
  })
  return spenders.sort(
    (one, other) =>
      other.pulls - one.pulls || compareText(workloadKey(one.workload), workloadKey(other.workload)),
  )
}

interface SpenderFacts {
  template: UsageWorkload | undefined
  pods: UsagePod[]
  payers: Payers
}

function spenderOf(
  { kind, namespace, name }: WorkloadName,
  spends: Spend[],
  { template, pods, payers }: SpenderFacts,
): Spender {
  const [pod] = pods
  // What an existing pod has is more reliable than what its template says now.
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

/** All known containers of the workload that have an image from Docker Hub. */
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
    const key = workloadKey(name)
    found.names.set(key, name)
    found.pods.set(key, [...(found.pods.get(key) ?? []), pod])
  }
  return found
}

function workloadKey({ kind, namespace, name }: WorkloadName): string {
  return `${namespace}/${kind}/${name}`
}

type Waiting = UsagePod['waiting'][number]

/**
 * Counts pulls that pods wait for. A node pulls an image once, however many of its pods wait for it, and only for its own architecture, so
 * that is one pull.
 */
class WaitingPulls {
  readonly #facts: WindowFacts
  /** Each combination of node and image, once. */
  readonly #counted = new Set<string>()

  constructor(facts: WindowFacts) {
    this.#facts = facts
  }

  /** The pulls that these pods wait for, without those that an earlier pod waits for. */
  of(pods: readonly UsagePod[]): Spend[] {
    let waiting = 0
    const before = this.#counted.size
    for (const pod of pods) {
      const pulled = pod.waiting.filter(one => this.#costs(pod, one))
      waiting += pulled.length > 0 ? 1 : 0
      for (const { container } of pulled) {
        this.#counted.add(`${pod.node ?? `${pod.namespace}/${pod.name}`} ${fullNameOf(container.image)}`)
      }
    }
    const pulls = this.#counted.size - before
    if (pulls === 0) return []
    return [{ reason: { code: 'waiting', pods: waiting }, pulls, when: 'now', atMost: false }]
  }

  #costs({ node }: UsagePod, { container, reason, message, present }: Waiting): boolean {
    if (container.policy === 'Never' || reachesAnother(reason, message)) return false
    const { nodes } = this.#facts
    const there = present || nodes.holds(node, fullNameOf(container.image))
    return !there || (isAlways(container) && nodes.alwaysCostOn(node) !== 'nothing')
  }
}

/** Whether Docker Hub won't count the pull: it goes to a mirror (but not to one on the node's loopback), or is bound to fail. */
function reachesAnother(reason: string, message: string): boolean {
  const endpoint = endpointOf(message, DOCKER_HUB)
  return isRemoteMirror(endpoint) || isUnlikelyToRecover(classify(message, reason).cause)
}

/** Starts of containers with policy Always on nodes whose runtime gets the manifest at each start. */
function restartSpends(pods: readonly UsagePod[], { takenAt, window, nodes }: WindowFacts): Spend[] {
  const loops = pods.flatMap(pod =>
    pod.restarts.flatMap(restart => {
      const { container } = restart
      if (!isAlways(container) || nodes.alwaysCostOn(pod.node) === 'nothing') return []
      const seconds = restartCycle(restart, takenAt)
      return seconds === null || seconds > window
        ? []
        : [{ pod, container, seconds, pulls: Math.floor(window / seconds) }]
    }),
  )
  const [fastest] = loops.toSorted((one, other) => one.seconds - other.seconds)
  if (fastest === undefined) return []
  const reason = {
    code: 'restarts',
    pods: new Set(loops.map(({ pod }) => pod)).size,
    everySeconds: fastest.seconds,
    pod: fastest.pod.name,
    container: fastest.container,
  } as const
  return [{ reason, pulls: sum(loops.map(({ pulls }) => pulls)), when: 'evenly', atMost: true }]
}

/** Seconds after which the kubelet forgets earlier crashes (pkg/kubelet: the back-off is reset after twice its longest, 5 minutes). */
const BACK_OFF_RESET = 600

/**
 * Seconds from one start to the next, from the times of the last starts, because the kubelet's back-off can be configured. null for a
 * container that has stopped restarting, or whose starts are unknown.
 * @param takenAt ISO 8601
 */
export function restartCycle(restart: Restart, takenAt: string): number | null {
  const { previousStart, lastStart, lastEnd, backOffSeconds } = restart
  const [previous, last, end, now] = [previousStart, lastStart, lastEnd, takenAt].map(
    time => Date.parse(time ?? '') / 1000,
  ) as [number, number, number, number]
  const since = now - last
  if (Number.isNaN(since)) return null
  const cycle = Number.isNaN(end) ? last - previous : end - last + (backOffSeconds ?? 0)
  if (Number.isNaN(cycle) || cycle < 0) return null
  if (since > Math.max(2 * cycle, BACK_OFF_RESET)) return null
  // A container that has already run longer than last time restarts at most that often.
  return Math.max(1, cycle, since)
}
