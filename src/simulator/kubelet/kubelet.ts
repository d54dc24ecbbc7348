/** The kubelets of all nodes: bring each scheduled pod's containers up, one step a pass, and finish those that are to go. */

import { randomUUID } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import {
  type ApiObject,
  asPod,
  type ContainerSpec,
  type ContainerStatus,
  type JsonObject,
  type Pod,
} from '../cluster/objects.ts'
import { recordEvent } from './event-recorder.ts'
import { type ImageFailure, ImageManager, type ImageResult } from './image-manager.ts'
import { isSidecar, isThrough, knownContainers, podStatusOf, waitingStatus } from './pod-status.ts'
import { pullSecretsOf } from './pull-secrets.ts'
import type { LocalImage, Runtime } from './runtime.ts'

/** Milliseconds until a pod that waits is looked at again (the pod workers' back-off). */
const RESYNC = 10_000

interface Sync {
  pod: Pod
  secrets: ApiObject[]
  volumes: Map<string, ImageFailure>
}

export class Kubelet {
  readonly #cluster: Cluster
  readonly #images: ImageManager
  /** By uid: when the pod is due again, and the generation that was last seen. */
  #due = new Map<string, { at: number; generation: number | undefined }>()

  constructor(cluster: Cluster, runtime: Runtime) {
    this.#cluster = cluster
    this.#images = new ImageManager(cluster, runtime)
  }

  /** One pass over the pods that are due, on nodes that exist. */
  async sync(): Promise<void> {
    const nodes = new Set(this.#cluster.list('Node').map(({ metadata }) => metadata.name))
    for (const object of this.#cluster.list('Pod')) {
      const pod = asPod(object)
      if (!nodes.has(pod.spec.nodeName ?? '')) continue
      if (pod.metadata.deletionTimestamp) this.#finish(pod)
      else if (this.#isDue(pod)) await this.#syncPod(pod)
    }
  }

  #isDue({ metadata, status }: Pod): boolean {
    if (['Succeeded', 'Failed'].includes(status.phase ?? '')) return false
    const due = this.#due.get(metadata.uid)
    return !due || due.generation !== metadata.generation || due.at <= this.#cluster.clock.now()
  }

  #finish(pod: Pod): void {
    for (const { name, state } of pod.status.containerStatuses ?? [])
      if (state.running)
        this.#tell(pod, 'Normal', 'Killing', `Stopping container ${name}`, `spec.containers{${name}}`)
    this.#due.delete(pod.metadata.uid)
    this.#cluster.remove('Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 })
  }

  async #syncPod(pod: Pod): Promise<void> {
    const { found, missing } = pullSecretsOf(this.#cluster, pod)
    if (missing.length > 0) {
      const text = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
      this.#tell(pod, 'Warning', 'FailedToRetrieveImagePullSecret', text)
    }
    const known = knownContainers(pod)
    const sync: Sync = { pod, secrets: found, volumes: await this.#pullVolumes(pod, found) }
    for (const spec of pod.spec.ephemeralContainers ?? [])
      known.ephemeral.set(
        spec.name,
        await this.#start(sync, spec, 'ephemeralContainers', known.ephemeral.get(spec.name)),
      )
    const inits = pod.spec.initContainers ?? []
    let through = true
    for (const spec of inits) {
      if (!through) break
      const status = await this.#start(sync, spec, 'initContainers', known.init.get(spec.name))
      known.init.set(spec.name, status)
      through = isThrough(spec, status)
    }
    for (const spec of through ? pod.spec.containers : [])
      known.regular.set(spec.name, await this.#start(sync, spec, 'containers', known.regular.get(spec.name)))
    this.#write(pod, podStatusOf(pod, known, this.#cluster.clock) as JsonObject)
  }

  #write(pod: Pod, status: JsonObject): void {
    const { uid, namespace, name } = pod.metadata
    const current = this.#cluster.get('Pod', namespace, name)
    if (current?.metadata.uid !== uid) return
    this.#cluster.change('Pod', namespace, name, copy => {
      copy.status = status
    })
    const reasons = reasonsOf(asPod({ ...current, status }))
    const now = this.#cluster.clock.now()
    const at =
      reasons.length === 0 ? Number.POSITIVE_INFINITY : reasons.includes('ErrImagePull') ? now : now + RESYNC
    this.#due.set(uid, { at, generation: pod.metadata.generation })
  }

  async #pullVolumes(pod: Pod, secrets: ApiObject[]): Promise<Map<string, ImageFailure>> {
    const failures = new Map<string, ImageFailure>()
    if (pod.status.phase === 'Running') return failures
    for (const { name, image } of pod.spec.volumes ?? []) {
      if (!image) continue
      const policy = image.pullPolicy ?? 'IfNotPresent'
      const wish = { pod, image: image.reference ?? '', policy, secrets, fieldPath: undefined }
      const result = await this.#images.ensure(wish)
      if ('reason' in result) failures.set(name, result)
    }
    return failures
  }

  /** The container's next status: unchanged if it runs or is done, else after an attempt to start it. */
  async #start(
    sync: Sync,
    spec: ContainerSpec,
    list: string,
    before: ContainerStatus | undefined,
  ): Promise<ContainerStatus> {
    const done = before?.state.terminated
    if (before && (before.state.running || done) && !imageChanged(sync.pod, spec, before)) return before
    const fieldPath = `spec.${list}{${spec.name}}`
    const result = await this.#imageOf(sync, spec, fieldPath)
    if ('reason' in result) {
      this.#tell(sync.pod, 'Warning', 'Failed', `Error: ${result.reason}`, fieldPath)
      return waitingStatus(spec, result, before)
    }
    this.#tell(sync.pod, 'Normal', 'Created', `Created container: ${spec.name}`, fieldPath)
    this.#tell(sync.pod, 'Normal', 'Started', `Started container ${spec.name}`, fieldPath)
    const runsOn =
      list === 'initContainers'
        ? isSidecar(spec)
        : list === 'ephemeralContainers' || sync.pod.spec.restartPolicy === 'Always'
    return this.#started(spec, result.image, runsOn, before)
  }

  async #imageOf(
    { pod, secrets, volumes }: Sync,
    spec: ContainerSpec,
    fieldPath: string,
  ): Promise<ImageResult> {
    const mounts = (spec.volumeMounts ?? []) as { name: string }[]
    const broken = mounts.map(({ name }) => volumes.get(name)).findLast(failure => failure !== undefined)
    if (broken) return broken
    const policy = spec.imagePullPolicy ?? 'IfNotPresent'
    return this.#images.ensure({ pod, image: spec.image, policy, secrets, fieldPath })
  }

  #started(
    spec: ContainerSpec,
    image: LocalImage,
    runsOn: boolean,
    before: ContainerStatus | undefined,
  ): ContainerStatus {
    const now = this.#cluster.clock.timestamp()
    const restarted = before?.containerID !== undefined || before?.lastState.terminated !== undefined
    return {
      name: spec.name,
      state: runsOn
        ? { running: { startedAt: now } }
        : { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
      lastState: before?.lastState ?? {},
      ready: runsOn,
      restartCount: (before?.restartCount ?? 0) + (restarted ? 1 : 0),
      image: image.name,
      imageID: image.id,
      containerID: `containerd://${randomUUID().replaceAll('-', '')}`,
      started: runsOn,
    }
  }

  #tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    recordEvent(this.#cluster, pod, { type, reason, message, fieldPath })
  }
}

const reasonsOf = ({ status }: Pod): string[] =>
  [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]
    .flatMap(statuses => statuses ?? [])
    .flatMap(({ state }) => (state.waiting ? [state.waiting.reason ?? ''] : []))

/** A running container whose image was edited in the live pod is started anew. */
function imageChanged(pod: Pod, spec: ContainerSpec, before: ContainerStatus): boolean {
  return (
    before.state.running !== undefined &&
    pod.metadata.generation !== pod.status.observedGeneration &&
    !before.image.includes(spec.image)
  )
}
