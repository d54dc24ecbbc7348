/** What decides how many Docker Hub pulls a cluster makes: workloads with their images, nodes with their runtimes, and the pods that pull now. */

import type { ContainerKind, ControllerReference, PullPolicy } from './pod.ts'
import type { Gap, OwnerLink, ServiceAccount } from './snapshot.ts'

/** A container whose image comes from Docker Hub. */
export interface HubContainer {
  name: string
  kind: ContainerKind
  /** As written. */
  image: string
  policy: PullPolicy | null
}

/** A controller that nothing else controls, with at least one such container. */
export interface UsageWorkload {
  kind: string
  namespace: string
  name: string
  uid: string
  containers: HubContainer[]
  serviceAccount: string
  /** The template's own. */
  pullSecrets: string[]
  /** Pods that it asks for now; of a CronJob those of one run. */
  pods: number
  /** Of those, the ones that a rollout under way has yet to create. */
  outstanding: number
  /** Of a CronJob that is not suspended. */
  schedule: { expression: string; timeZone: string | null } | null
}

export interface UsageNode {
  name: string
  /** `containerRuntimeVersion`, such as `containerd://2.1.4`. */
  runtime: string | null
  /** New pods may be placed on it. */
  schedulable: boolean
  /** It has its own external address. */
  hasOwnAddress: boolean
  /** Full names of the Docker Hub images on it, as far as it lists them. */
  images: string[]
}

/** When a container was started again; ISO 8601, null where its pod doesn't say. */
export interface Restart {
  container: HubContainer
  /** The start before the last one. */
  previousStart: string | null
  /** The last start. */
  lastStart: string | null
  /** Seconds that the kubelet waits before the next one; null while the container runs. */
  backOffSeconds: number | null
  /** When the last start ended; null while it runs. */
  lastEnd: string | null
}

/** A pod that waits for an image from Docker Hub, or whose containers were started again. */
export interface UsagePod {
  namespace: string
  name: string
  node: string | null
  controller: ControllerReference | null
  /** Label `pod-template-hash`; absent where there is none. */
  templateHash?: string
  /** Admission has already copied the service account's. */
  pullSecrets: string[]
  /** Containers that wait for their image, what the kubelet says of each, and whether an earlier start had the image. */
  waiting: { container: HubContainer; reason: string; message: string; present: boolean }[]
  restarts: Restart[]
}

/** A Deployment that was rolled out, as events tell it. */
export interface SeenRollouts {
  namespace: string
  deployment: string
  /** ReplicaSets that were scaled up from nothing. */
  count: number
}

export interface HubUsage {
  /** ISO 8601. */
  takenAt: string
  workloads: UsageWorkload[]
  /** Null where nodes can't be read. */
  nodes: UsageNode[] | null
  pods: UsagePod[]
  owners: OwnerLink[]
  serviceAccounts: ServiceAccount[]
  rollouts: SeenRollouts[]
  /** All pods in scope, healthy ones included. */
  podCount: number
  /** Pods that were restarted too and not looked at, because very many were. */
  restartsUnread: number
  gaps: Gap[]
}
