/** The types of stored objects, as narrow as the simulator needs them; all other fields are kept untouched. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }
export type JsonObject = { [key: string]: Json | undefined }

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface Metadata {
  name: string
  namespace?: string
  generateName?: string
  uid: string
  resourceVersion: string
  generation?: number
  creationTimestamp: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
}

interface Identified {
  apiVersion: string
  kind: string
  metadata: Metadata
}

export interface ApiObject extends Identified {
  spec?: JsonObject
  status?: JsonObject
  [field: string]: unknown
}

/** What a caller provides: name and spec are enough, the server fills in the rest. */
export interface Draft {
  apiVersion: string
  kind: string
  metadata: Partial<Metadata>
  [field: string]: unknown
}

export interface ContainerSpec {
  name: string
  image: string
  imagePullPolicy?: string
  restartPolicy?: string
  [field: string]: unknown
}

export interface PodSpec {
  containers: ContainerSpec[]
  initContainers?: ContainerSpec[]
  ephemeralContainers?: ContainerSpec[]
  volumes?: { name: string; image?: { reference?: string; pullPolicy?: string }; [field: string]: unknown }[]
  imagePullSecrets?: { name?: string }[]
  nodeName?: string
  serviceAccountName?: string
  restartPolicy?: string
  readinessGates?: { conditionType: string }[]
  [field: string]: unknown
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string }
  terminated?: { exitCode: number; reason?: string; signal?: number; finishedAt?: string; startedAt?: string }
}

export interface ContainerStatus {
  name: string
  image: string
  imageID: string
  ready: boolean
  started?: boolean
  restartCount: number
  state: ContainerState
  lastState: ContainerState
  containerID?: string
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastProbeTime?: null
  observedGeneration?: number
}

export interface PodStatus {
  phase?: string
  reason?: string
  conditions?: Condition[]
  podIP?: string
  podIPs?: { ip: string }[]
  nominatedNodeName?: string
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  [field: string]: unknown
}

export interface Pod extends Identified {
  spec: PodSpec
  status: PodStatus
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet, Job: kinds that run pods from a template. */
export interface Workload extends Identified {
  spec: {
    replicas?: number
    selector?: LabelSelector
    template: { metadata?: Partial<Metadata>; spec: PodSpec }
    [field: string]: unknown
  }
  status: JsonObject
}

/** The same object typed as a pod. */
export const asPod = (object: ApiObject): Pod => object as unknown as Pod

/** The same object typed as a workload. */
export const asWorkload = (object: ApiObject): Workload => object as unknown as Workload

/** The same object typed as any other kind. */
export const asObject = (object: Pod | Workload | Draft): ApiObject => object as unknown as ApiObject

/** A deep copy of plain JSON data. Every change in the simulation makes one, so that nothing is allocated in between. */
export function copyOf<T>(data: T): T {
  if (Array.isArray(data)) return data.map(copyOf) as T
  if (data === null || typeof data !== 'object') return data
  const copy = { ...data }
  for (const name in copy) {
    const value = copy[name]
    if (value !== null && typeof value === 'object') copy[name] = copyOf(value)
  }
  return copy
}

/** Freezes it deeply; stops at parts that are frozen already. */
export function frozen<T>(data: T): T {
  if (data === null || typeof data !== 'object' || Object.isFrozen(data)) return data
  for (const value of Object.values(data)) frozen(value)
  return Object.freeze(data)
}
