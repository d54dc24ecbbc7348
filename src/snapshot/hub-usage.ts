/** What determines how many Docker Hub pulls a cluster makes: workloads, images, nodes with their runtimes, and the pods pulling now. */

import type { ContainerKind, Pod, PullPolicy } from './pod.ts'
import type { Gap, OwnerLink, ServiceAccount } from './snapshot.ts'

/** A container whose image comes from Docker Hub. */
export interface HubContainer {
  name: string
  kind: ContainerKind
  /** As written. */
  image: string
  policy: PullPolicy | null
}

/** A topmost controller with at least one container whose image comes from Docker Hub. */
export interface UsageWorkload {
  kind: string
  namespace: string
  name: string
  uid: string
  containers: HubContainer[]
  serviceAccount: string
  /** The template's own pull secrets. */
  pullSecrets: string[]
  /** How many pods it wants now; for a CronJob, the pods of one run. */
  pods: number
  /** How many of those pods a rollout in progress has yet to create. */
  outstanding: number
  /** The schedule of a CronJob that is not suspended; null for others. */
  schedule: { expression: string; timeZone: string | null } | null
}

export interface UsageNode {
  name: string
  /** `containerRuntimeVersion`, such as `containerd://2.1.4`. */
  runtime: string | null
  /** New pods can be placed on the node. */
  schedulable: boolean
  /** The node has its own external address. */
  hasOwnAddress: boolean
  /** Full names of the Docker Hub images that the node lists. */
  images: string[]
}

/** A restart of a container. Times are in ISO 8601, null if the pod doesn't report them. */
export interface Restart {
  container: HubContainer
  /** The start before the last one. */
  previousStart: string | null
  /** The last start. */
  lastStart: string | null
  /** Seconds that the kubelet waits before the next start; null while the container runs. */
  backOffSeconds: number | null
  /** When the last start ended; null while the container runs. */
  lastEnd: string | null
}

/** A pod that waits for an image from Docker Hub, or whose containers were restarted. */
export interface UsagePod
  extends Pick<Pod, 'namespace' | 'name' | 'node' | 'controller' | 'templateHash' | 'pullSecrets'> {
  /** Containers that wait for their image, with the kubelet's reason and message, and whether an earlier start had the image. */
  waiting: { container: HubContainer; reason: string; message: string; present: boolean }[]
  restarts: Restart[]
}

/** A Deployment's rollouts, according to events. */
export interface RolloutCount {
  namespace: string
  deployment: string
  /** The number of ReplicaSets that were scaled up from zero. */
  count: number
}

export interface HubUsage {
  /** ISO 8601. */
  takenAt: string
  workloads: UsageWorkload[]
  /** Null if nodes can't be read. */
  nodes: UsageNode[] | null
  pods: UsagePod[]
  owners: OwnerLink[]
  serviceAccounts: ServiceAccount[]
  rollouts: RolloutCount[]
  /** The number of pods in scope, including healthy ones. */
  podCount: number
  /** The number of restarted pods that were not read because there were too many. */
  restartsUnread: number
  gaps: Gap[]
}
