/** A pod, narrowed to what matters for pulling its images. */

import type { ObjectManager } from './fix-objects.ts'

/**
 * The kind of a container. `sidecar`: an init container with restartPolicy Always. `volume`: an image volume. `sandbox`: what the runtime
 * creates around the others, from the pause image; it is not listed in the pod.
 */
export type ContainerKind = 'container' | 'init' | 'sidecar' | 'ephemeral' | 'volume' | 'sandbox'

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never'

/** The state that the kubelet last reported; `unknown` if it has not reported one. */
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
  /** As stored in the spec; null if a dump or an image volume has none. */
  pullPolicy: PullPolicy | null
  state: ContainerState
  ready: boolean
  /** `status.imageID`: the image that runs now or ran last; null if none has been pulled. */
  imageId: string | null
}

/** A controller named in ownerReferences (the one with `controller: true`). */
export interface ControllerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
}

/** What a pod's labels say of the operator that makes the objects above it. */
export interface PodOperator {
  /** As `app.kubernetes.io/managed-by` names it; null if that names none. */
  name: string | null
  /** The custom resource that the operator reads, by one of its own labels; null without such a label. */
  resource: {
    /** The label's key, such as `strimzi.io/cluster`. */
    label: string
    /** Its kind, as kubectl takes it, such as `Kafka` or `service.serving.knative.dev`; null if no label names it. */
    kind: string | null
    name: string
  } | null
}

/**
 * A program that creates pods itself, one for each run, for each pod of a virtual cluster, or for each bundle of an operator, and waits for that pod: only the program can
 * replace it, and a copy would be of no use. `kubectl-debug`: `kubectl debug node/…`.
 */
export type PodMaker =
  | 'gitlab-runner'
  | 'jenkins'
  | 'github-actions'
  | 'airflow'
  | 'jupyterhub'
  | 'spark'
  | 'kubectl-debug'
  | 'vcluster'
  | 'k3k'
  | 'olm'

/** What the pod requires of its node; null if nothing. */
export interface PodPlatform {
  /** `linux` or `windows`. */
  os: string | null
  architecture: string | null
}

export interface Pod {
  namespace: string
  name: string
  uid: string
  /** null until it is scheduled. */
  node: string | null
  /** ISO 8601. */
  createdAt: string
  phase: string
  /** `status.reason`, such as Evicted; empty if there is none. */
  reason: string
  /** The pod has a deletionTimestamp. */
  terminating: boolean
  /** A static pod's mirror (annotation kubernetes.io/config.mirror): the API server can't change or restart it. */
  mirror: boolean
  /** The uid that a static pod has on its node, and in its events: the value of that annotation. Absent for other pods. */
  uidOnNode?: string
  serviceAccount: string
  /** `spec.imagePullSecrets`: names in order, without empty ones. Admission has already copied the service account's. */
  pullSecrets: string[]
  /** That list has an entry without a name, which the kubelet skips, but which counts as a list of the pod's own at admission. Absent otherwise. */
  unnamedSecret?: true
  priorityClass: string | null
  /** The condition PodReadyToStartContainers: whether the pod has its sandbox and network; null if the kubelet does not report it. */
  hasSandbox: boolean | null
  /** From `spec.os` and the node selector. */
  platform: PodPlatform
  controller: ControllerReference | null
  /** `spec.runtimeClassName`; absent if there is none. */
  runtimeClass?: string
  /** Label `pod-template-hash` of a Deployment's pods; absent if there is none. */
  templateHash?: string
  /** The DeploymentConfig of OpenShift above its ReplicationController, by the pod's annotation; absent if that names none. */
  deploymentConfig?: string
  /** Label `controller-revision-hash` of a StatefulSet's pods; absent if there is none. */
  revisionHash?: string
  /** Absent if its labels name none. */
  operator?: PodOperator
  /** What deploys its controller, for tools that mark the pods, too; absent if none did. */
  managedBy?: ObjectManager
  /** Skaffold deployed it; absent if not. */
  bySkaffold?: true
  /** It answers for the cluster's own DNS Service; absent if not. */
  servesDns?: true
  /** Absent if neither its name nor its labels show one. */
  maker?: PodMaker
  /** Label `pod-template-generation` of a DaemonSet's pods; absent if there is none. */
  templateGeneration?: string
  /** Policies of Kyverno that changed an image or added a container at admission; absent if the pod's annotations name none. */
  rewriters?: string[]
  /** By the annotation: the image that it gives a container that an injector adds. Absent if the pod has none of those. */
  injectedImages?: Record<string, string>
  /** The version that its labels name (`app.kubernetes.io/version`, or Istio's `version`); absent if they name none. */
  version?: string
  /** In this order: init containers (including sidecars), regular containers, ephemeral containers, image volumes. */
  containers: Container[]
}

/** The parts of a pod that identify its controllers. */
export type OwnedPod = Pick<Pod, 'namespace' | 'controller' | 'templateHash' | 'deploymentConfig'>

/** Whether a pod made from this list gets its service account's: admission copies it only into pods that have none of their own. */
export function usesAccountSecrets(own: readonly unknown[]): boolean {
  return own.length === 0
}

/** Whether all containers that run as long as the pod are ready. */
export function areContainersReady({ containers }: Pick<Pod, 'containers'>): boolean {
  return containers.every(({ kind, ready }) => ready || (kind !== 'container' && kind !== 'sidecar'))
}

/** Whether the pod has ended, including by eviction and an exceeded deadline: the kubelet starts none of its containers again. */
export function isFinished({ phase }: Pick<Pod, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Whether nothing of the pod is pulled anymore: a kubelet that has to end a pod only stops containers (kubernetes, pod_workers.go). */
export function isEnding(pod: Pick<Pod, 'phase' | 'terminating'>): boolean {
  return isFinished(pod) || pod.terminating
}

/** The ordinal at the end of a StatefulSet pod's name; null if there is none. */
export function ordinalOf({ name }: Pick<Pod, 'name'>): number | null {
  const digits = /-(\d+)$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Waiting reasons of a container that the kubelet has not tried to start. */
const NOT_TRIED = new Set(['', 'ContainerCreating', 'PodInitializing'])

/** Whether the state shows no attempt to start the container; events can still show one. */
export function isUntried(state: ContainerState): boolean {
  return state.type === 'unknown' || (state.type === 'waiting' && NOT_TRIED.has(state.reason))
}
