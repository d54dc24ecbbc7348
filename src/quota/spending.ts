/** The words of the arithmetic: who spends pulls, for which reason, and when. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubContainer } from '../snapshot/hub-usage.ts'

export type NamedContainer = Pick<HubContainer, 'name' | 'kind' | 'image'>

/** Why a workload pulls. */
export type SpendReason =
  /** Pods wait for an image that their node lacks. */
  | { code: 'waiting'; pods: number }
  /** A rollout under way has pods yet to create, on nodes that may lack the image. */
  | { code: 'rollout'; pods: number }
  /** Containers with policy Always are started again and again. `everySeconds` is the shortest cycle. */
  | { code: 'restarts'; pods: number; everySeconds: number; pod: string; container: NamedContainer }
  /** A CronJob's runs pull on nodes that may lack the image; those of `containers` at each start, which costs `byPolicy` of the pulls. */
  | { code: 'schedule'; runs: number; schedule: string; byPolicy: number; containers: NamedContainer[] }
  /** Rolled out several times in the last hour, and taken to go on so. */
  | { code: 'rollouts'; perHour: number }

/** When pulls are made: all at once now, evenly over the window, or in equal parts at these seconds from now. */
type SpendTime = 'now' | 'evenly' | readonly number[]

export interface Spend {
  reason: SpendReason
  /** In one window. */
  pulls: number
  when: SpendTime
  /** The real number may be lower: what is on a node can't always be known. */
  atMost: boolean
}

export interface WorkloadName {
  /** `Pod` for one without a controller. */
  kind: string
  namespace: string
  name: string
}

export interface Spender {
  workload: WorkloadName
  /** As written, each once. */
  images: string[]
  /** Whose count goes up: an index into the quotas that were asked for; 0 is anonymous. */
  payer: number
  spends: Spend[]
  /** The sum, in one window. */
  pulls: number
  atMost: boolean
}

/** What a window has in store for one identity. */
export interface Outlook {
  quota: HubQuota
  /** Pulls left now; infinite without a limit, null if unknown. */
  left: number | null
  /** Pulls expected in one window. */
  pulls: number
  /** Of these, those that are due at once. */
  now: number
  atMost: boolean
  /** Pulls made by then, at equal steps from now to the window's end. */
  course: number[]
  /** Null where it is not known how many are left. */
  fits: boolean | null
  /** Seconds; null where the pulls last for the window, or it is unknown. */
  runsOutAfter: number | null
}

/** A change that saves pulls. */
export type SavingCode =
  /** Policy IfNotPresent for an image whose tag is fixed. */
  | 'keep-image'
  /** The container crashes again and again. */
  | 'stop-crashing'
  /** A fixed tag or a digest, so that the image may be kept. */
  | 'pin'
  /** The same image from a registry that doesn't count. */
  | 'other-registry'
  /** Pulls counted for an account instead of an address. */
  | 'log-in'

export interface Saving {
  code: SavingCode
  /** Null where it concerns several. */
  workload: WorkloadName | null
  /** Those that it is about; empty where it is about all of several workloads. */
  containers: NamedContainer[]
  /** One that crashes; null for anything else. */
  pod: string | null
  /** Pulls in one window. */
  pulls: number
}

/** Who may pull: no account, a free one, or a paid one. */
export type PullPlan = 'anonymous' | 'personal' | 'paid'

/** What a plan allows in one window. */
export interface Capacity {
  plan: PullPlan
  /** Null without a limit. */
  allows: number | null
  /** Addresses that the nodes pull from, as far as they tell; null where that doesn't matter. */
  addresses: number | null
  fits: boolean
}

export interface ForecastWait {
  how: 'shared-address' | 'own-addresses' | 'personal' | 'paid'
  /** Until the last pull is made; null where none ever is. */
  seconds: number | null
}

/** What fresh nodes pull. */
export interface Forecast {
  nodes: number
  /** Images of DaemonSets, as soon as the nodes are there. */
  atOnce: number
  /** Other images, as pods get there; at most. */
  later: number
  waits: ForecastWait[]
  /** Pulls that a pull-through cache would make needless. */
  cacheSaves: number
}

export interface Usage {
  /** Seconds. */
  window: number
  /** Those with pulls to make, the greatest first. */
  spenders: Spender[]
  outlooks: Outlook[]
  /** The three that save most. */
  savings: Saving[]
  /** Workloads with images from Docker Hub. */
  workloads: number
  /** Distinct images from Docker Hub. */
  images: number
  /** What each plan allows for all of them together. */
  capacities: Capacity[]
  /** Null if not requested. */
  forecast: Forecast | null
  /** What a rollout of each would cost, the greatest first. */
  rolloutCosts: { workload: WorkloadName; pulls: number }[]
}
