/** The types of the quota forecast: who pulls, why, and when; and how pulls add up. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubContainer } from '../snapshot/hub-usage.ts'

export type NamedContainer = Pick<HubContainer, 'name' | 'kind' | 'image'>

/** Why a workload pulls. */
export type SpendReason =
  /** Pods wait for an image that their node lacks. */
  | { code: 'waiting'; pods: number }
  /** A rollout in progress has more pods to create, on nodes that may lack the image. */
  | { code: 'rollout'; pods: number }
  /** Containers with policy Always keep restarting. `everySeconds` is the shortest cycle. */
  | { code: 'restarts'; pods: number; everySeconds: number; pod: string; container: NamedContainer }
  /**
   * A CronJob's runs pull on nodes that may lack the image. Those of `containers` pull at each start, which costs `byPolicy` of the pulls.
   */
  | { code: 'schedule'; runs: number; schedule: string; byPolicy: number; containers: NamedContainer[] }
  /** Rolled out several times in the last hour, and assumed to continue like that. */
  | { code: 'rollouts'; perHour: number }

/** When pulls are made: all at once now, evenly over the window, or in equal parts at these seconds from now. */
type SpendTime = 'now' | 'evenly' | readonly number[]

export interface Spend {
  reason: SpendReason
  /** In one window. */
  pulls: number
  when: SpendTime
  /** The real number may be lower: what nodes have is not always known. */
  atMost: boolean
}

export interface WorkloadName {
  /** `Pod` for a pod without a controller. */
  kind: string
  namespace: string
  name: string
}

export interface Spender {
  workload: WorkloadName
  /** As written, each once. */
  images: string[]
  /** Whose limit the pulls count against: an index into the requested quotas; 0 is anonymous. */
  payer: number
  spends: Spend[]
  /** The sum, in one window. */
  pulls: number
  atMost: boolean
}

/** The forecast of a window for one identity. */
export interface Outlook {
  quota: HubQuota
  /** Pulls left now; infinite without a limit, null if unknown. */
  left: number | null
  /** Pulls expected in one window. */
  pulls: number
  /** Of these, the pulls that are due immediately. */
  now: number
  atMost: boolean
  /** Cumulative pulls, at equal steps from now to the end of the window. */
  course: number[]
  /** null if it is unknown how many pulls are left. */
  fits: boolean | null
  /** Seconds; null if the pulls last for the window, or if that is unknown. */
  runsOutAfter: number | null
}

/** A change that saves pulls. */
export type SavingCode =
  /** Set policy IfNotPresent for an image with a fixed tag. */
  | 'keep-image'
  /** Fix a container that keeps crashing. */
  | 'stop-crashing'
  /** Use a fixed tag or a digest, so that the image can be kept. */
  | 'pin'
  /** Pull the same image from another registry, so that Docker Hub does not count it. */
  | 'other-registry'
  /** Count the pulls for an account instead of an address. */
  | 'log-in'

export interface Saving {
  code: SavingCode
  /** null if several workloads are concerned. */
  workload: WorkloadName | null
  /** The containers concerned; empty if all containers of several workloads are. */
  containers: NamedContainer[]
  /** A pod that crashes; null for other savings. */
  pod: string | null
  /** Pulls in one window. */
  pulls: number
}

/** Who pulls: no account, a free account, or a paid account. */
export type PullPlan = 'anonymous' | 'personal' | 'paid'

/** What a plan allows in one window. */
export interface Capacity {
  plan: PullPlan
  /** null without a limit. */
  allows: number | null
  /** Addresses that the nodes pull from, as far as known; null if that does not matter. */
  addresses: number | null
  fits: boolean
}

export interface ForecastWait {
  how: 'shared-address' | 'own-addresses' | 'personal' | 'paid'
  /** Until the last pull is made; null if it never is. */
  seconds: number | null
}

/** What fresh nodes pull. */
export interface Forecast {
  nodes: number
  /** Images of DaemonSets, as soon as the nodes exist. */
  atOnce: number
  /** Other images, as pods are placed there; an upper bound. */
  later: number
  waits: ForecastWait[]
  /** Pulls that a pull-through cache would save. */
  cacheSaves: number
}

export interface Usage {
  /** Seconds. */
  window: number
  /** Workloads that will pull, the most pulls first. */
  spenders: Spender[]
  outlooks: Outlook[]
  /** The savings of the most pulls, at most three. */
  savings: Saving[]
  /** Workloads with images from Docker Hub. */
  workloads: number
  /** Distinct images from Docker Hub. */
  images: number
  /** What each plan allows for all identities together. */
  capacities: Capacity[]
  /** null if not requested. */
  forecast: Forecast | null
  /** What a rollout of each workload would cost, the most pulls first. */
  rolloutCosts: { workload: WorkloadName; pulls: number }[]
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
