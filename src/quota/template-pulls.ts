/** What the future pods of a workload's template will pull: each image once on each node that gets a pod. */

import { fullNameOf } from '../image/reference.ts'
import type { HubContainer, UsageWorkload } from '../snapshot/hub-usage.ts'
import type { NodeImages } from './node-images.ts'
import { isAlways } from './pull-cost.ts'
import type { StartsOf } from './schedules.ts'
import { type Spend, sum } from './spending.ts'

/** The fewest rollouts in an hour that count as a habit. */
const OFTEN = 2
const HOUR = 3600

export interface WindowFacts {
  /** ISO 8601. */
  takenAt: string
  /** Seconds. */
  window: number
  nodes: NodeImages
  startsOf: StartsOf
}

/** The full names of the containers' images, each once. */
export function imagesOf(containers: readonly HubContainer[]): string[] {
  return [...new Set(containers.map(({ image }) => fullNameOf(image)))]
}

/** What the template's future pods will pull in the window, and why. @param perHour rollouts in the last hour, according to events */
export function futureSpends(workload: UsageWorkload, perHour: number, facts: WindowFacts): Spend[] {
  return [
    ...restOfRollout(workload, facts),
    ...scheduledRuns(workload, facts),
    ...frequentRollouts(workload, perHour, facts),
  ].filter(({ pulls }) => pulls > 0)
}

/** Pulls of one rollout to new images: each image once on each node that gets a pod. */
export function rolloutCost(
  { containers, pods }: UsageWorkload,
  { nodes }: Pick<WindowFacts, 'nodes'>,
): number {
  return imagesOf(containers).length * Math.min(pods, nodes.count)
}

function restOfRollout({ containers, outstanding }: UsageWorkload, { nodes }: WindowFacts): Spend[] {
  if (outstanding <= 0) return []
  const pulls = sum(imagesOf(containers).map(image => Math.min(outstanding, nodes.lacking(image))))
  return [{ reason: { code: 'rollout', pods: outstanding }, pulls, when: 'now', atMost: true }]
}

function scheduledRuns({ containers, pods, schedule }: UsageWorkload, facts: WindowFacts): Spend[] {
  if (schedule === null) return []
  const { nodes, startsOf } = facts
  const starts = startsOf(schedule.expression, schedule.timeZone) ?? []
  const started = starts.length * pods
  const share = nodes.costlyShare
  const byImage = Map.groupBy(containers, ({ image }) => fullNameOf(image))
  const pulls = [...byImage].map(([image, of]) => {
    const byPolicy = of.some(isAlways) ? started * share : 0
    return { byPolicy, all: byPolicy + Math.min(started - byPolicy, nodes.lacking(image)) }
  })
  const reason = {
    code: 'schedule',
    runs: starts.length,
    schedule: schedule.expression,
    byPolicy: Math.floor(sum(pulls.map(({ byPolicy }) => byPolicy))),
    containers: containers.filter(isAlways),
  } as const
  return [{ reason, pulls: sum(pulls.map(({ all }) => all)), when: starts, atMost: true }]
}

function frequentRollouts(workload: UsageWorkload, perHour: number, facts: WindowFacts): Spend[] {
  if (perHour < OFTEN) return []
  const pulls = Math.round((perHour * facts.window) / HOUR) * rolloutCost(workload, facts)
  return [{ reason: { code: 'rollouts', perHour }, pulls, when: 'evenly', atMost: true }]
}
