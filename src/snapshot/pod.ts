/** A pod as far as pulling its images goes. */

/**
 * How the container sits in the pod; `sidecar` is an init container with restartPolicy Always, `volume` an image volume, `sandbox` what
 * the runtime makes around them all, of an image of its own (pause). No pod lists its sandbox.
 */
export type ContainerKind = 'container' | 'init' | 'sidecar' | 'ephemeral' | 'volume' | 'sandbox'

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never'

/** What the kubelet last said of the container; `unknown` where it has not said anything. */
export type ContainerState =
  | { type: 'waiting'; reason: string; message: string }
  | { type: 'running'; startedAt: string | null }
  | { type: 'terminated'; reason: string; exitCode: number; message: string }
  | { type: 'unknown' }

/** A container, or an image volume (its name is the volume's name). */
export interface Container {
  name: string
  kind: ContainerKind
  /** As written in the spec. */
  image: string
  /** As stored in the spec; null where a dump or an image volume leaves it out. */
  pullPolicy: PullPolicy | null
  state: ContainerState
  ready: boolean
  /** `status.imageID`: what runs now, or ran last; null if nothing was ever pulled. */
  imageId: string | null
}

/** A controller named in ownerReferences (the one with `controller: true`). */
export interface ControllerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
}

/** What the pod asks of its node; null where it asks for nothing. */
export interface PodPlatform {
  /** `linux` or `windows`. */
  os: string | null
  architecture: string | null
}

export interface Pod {
  namespace: string
  name: string
  uid: string
  /** null while it is not scheduled. */
  node: string | null
  /** ISO 8601. */
  createdAt: string
  phase: string
  /** `status.reason`, such as Evicted; empty if none. */
  reason: string
  /** It has a deletionTimestamp. */
  terminating: boolean
  /** A static pod's mirror (annotation kubernetes.io/config.mirror): the API server can't change or restart it. */
  mirror: boolean
  serviceAccount: string
  /** `spec.imagePullSecrets`, names in order, empty ones left out. Admission has already copied the service account's. */
  pullSecrets: string[]
  priorityClass: string | null
  /** The condition PodReadyToStartContainers: whether the pod has its sandbox and network; null where the kubelet does not say. */
  hasSandbox: boolean | null
  /** From `spec.os` and the node selector. */
  platform: PodPlatform
  controller: ControllerReference | null
  /** Label `pod-template-hash`, which the pods of a Deployment have; left out where there is none. */
  templateHash?: string
  /** In the order init (sidecars among them), regular, ephemeral, image volumes. */
  containers: Container[]
}

/** What of a pod tells who made it. */
export type OwnedPod = Pick<Pod, 'namespace' | 'controller' | 'templateHash'>

/** It has ended, was evicted or ran out of its time: no kubelet starts anything of it again, whatever its containers and events still say. */
export function isFinished({ phase }: Pick<Pod, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}
