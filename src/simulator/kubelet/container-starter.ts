/** Starts containers: image, creation, start; or sets the waiting state that describes the failure (kuberuntime's startContainer). */

import { randomUUID } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject, ContainerSpec, ContainerStatus, Pod } from '../cluster/objects.ts'
import { recordEvent } from './event-recorder.ts'
import type { ImageFailure, ImageManager, ImageResult } from './image-manager.ts'
import { parseImageName } from './image-name.ts'
import { isSidecar, waitingStatus } from './pod-status.ts'
import type { LocalImage } from './runtime.ts'

/** The list in the pod spec that contains the container. */
export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers'

/** What all containers of a pod share in one pass. */
export interface PodSync {
  pod: Pod
  secrets: ApiObject[]
  /** Image volumes that could not be pulled, by volume name. */
  brokenVolumes: Map<string, ImageFailure>
}

export class ContainerStarter {
  readonly #cluster: Cluster
  readonly #images: ImageManager

  constructor(cluster: Cluster, images: ImageManager) {
    this.#cluster = cluster
    this.#images = images
  }

  /** The container's next status: unchanged if it runs or is done, otherwise the result of an attempt to start it. */
  async start(
    sync: PodSync,
    list: ContainerList,
    spec: ContainerSpec,
    before: ContainerStatus | undefined,
  ): Promise<ContainerStatus> {
    const { pod } = sync
    if (before && !mustStart(pod, list, spec, before)) return before
    const ended = before?.state.terminated
    const last = before && ended ? { ...before, lastState: { terminated: ended } } : before
    const fieldPath = `spec.${list}{${spec.name}}`
    const result = await this.#imageOf(sync, spec, fieldPath)
    if ('reason' in result) {
      this.#tell(pod, 'Warning', 'Failed', `Error: ${result.reason}`, fieldPath)
      return waitingStatus(spec, result, last)
    }
    const { kubernetes } = this.#cluster.stack
    this.#tell(pod, 'Normal', 'Created', kubernetes.created(spec.name), fieldPath)
    this.#tell(pod, 'Normal', 'Started', kubernetes.started(spec.name), fieldPath)
    return startedStatus(spec, result.image, runsOn(pod, list, spec), this.#cluster.clock.timestamp(), last)
  }

  /** A failed image volume is a failure of the containers that mount it. */
  async #imageOf(sync: PodSync, spec: ContainerSpec, fieldPath: string): Promise<ImageResult> {
    const mounts = (spec.volumeMounts ?? []) as { name: string }[]
    const broken = mounts
      .map(({ name }) => sync.brokenVolumes.get(name))
      .findLast(failure => failure !== undefined)
    if (broken) return broken
    const { pod, secrets } = sync
    const policy = spec.imagePullPolicy ?? 'IfNotPresent'
    return this.#images.ensure({ pod, image: spec.image, policy, secrets, fieldPath })
  }

  #tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath: string): void {
    recordEvent(this.#cluster, pod, { type, reason, message, fieldPath })
  }
}

/** Whether the kubelet restarts that container after it ends. */
const isRestarted = (pod: Pod, list: ContainerList, spec: ContainerSpec): boolean =>
  list === 'initContainers' ? isSidecar(spec) : list === 'containers' && pod.spec.restartPolicy === 'Always'

function mustStart(pod: Pod, list: ContainerList, spec: ContainerSpec, before: ContainerStatus): boolean {
  if (before.state.running) return imageChanged(pod, spec, before)
  return before.state.terminated === undefined || isRestarted(pod, list, spec)
}

/** Whether the image of a running container was changed in the live pod. */
function imageChanged(pod: Pod, spec: ContainerSpec, before: ContainerStatus): boolean {
  if (pod.metadata.generation === pod.status.observedGeneration) return false
  try {
    return parseImageName(spec.image).full !== before.image
  } catch {
    return true
  }
}

/** Whether the simulated program keeps running; those of jobs and init containers end at once. */
const runsOn = (pod: Pod, list: ContainerList, spec: ContainerSpec): boolean =>
  list === 'ephemeralContainers' || isRestarted(pod, list, spec)

function startedStatus(
  spec: ContainerSpec,
  image: LocalImage,
  running: boolean,
  now: string,
  before: ContainerStatus | undefined,
): ContainerStatus {
  const restarted = before?.containerID !== undefined || before?.lastState.terminated !== undefined
  return {
    name: spec.name,
    state: running
      ? { running: { startedAt: now } }
      : { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
    lastState: before?.lastState ?? {},
    ready: running,
    restartCount: (before?.restartCount ?? 0) + (restarted ? 1 : 0),
    image: image.name,
    imageID: image.id,
    containerID: `containerd://${randomUUID().replaceAll('-', '')}`,
    started: running,
  }
}
