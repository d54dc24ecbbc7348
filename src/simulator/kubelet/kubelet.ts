/** The kubelets of all nodes: start each scheduled pod's containers, one step a pass, and finish terminating pods. */

import type { Cluster } from '../cluster/cluster.ts'
import {
  type ApiObject,
  asPod,
  type ContainerSpec,
  type ContainerStatus,
  type JsonObject,
  type Pod,
} from '../cluster/objects.ts'
import { type ContainerList, ContainerStarter, type PodSync } from './container-starter.ts'
import { recordEvent } from './event-recorder.ts'
import { type ImageFailure, ImageManager } from './image-manager.ts'
import { isThrough, knownContainers, podStatusOf } from './pod-status.ts'
import { pullSecretsOf } from './pull-secrets.ts'
import type { Runtime } from './runtime.ts'

/** Milliseconds until a waiting pod is checked again (the pod workers' back-off). */
const RESYNC = 10_000

export class Kubelet {
  readonly #cluster: Cluster
  readonly #images: ImageManager
  readonly #starter: ContainerStarter
  /** By uid: when the pod is due again, and its generation at the last check. */
  #due = new Map<string, { at: number; generation: number | undefined }>()

  constructor(cluster: Cluster, runtime: Runtime) {
    this.#cluster = cluster
    this.#images = new ImageManager(cluster, runtime)
    this.#starter = new ContainerStarter(cluster, this.#images)
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

  #isDue(pod: Pod): boolean {
    const { metadata, status, spec } = pod
    if (['Succeeded', 'Failed'].includes(status.phase ?? '')) return false
    const due = this.#due.get(metadata.uid)
    if (!due || due.generation !== metadata.generation || due.at <= this.#cluster.clock.now()) return true
    const ended = (status.containerStatuses ?? []).some(({ state }) => state.terminated)
    return ended && spec.restartPolicy === 'Always'
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
    const sync: PodSync = { pod, secrets: found, brokenVolumes: await this.#pullVolumes(pod, found) }
    const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec
    const start = async (
      list: ContainerList,
      spec: ContainerSpec,
      statuses: Map<string, ContainerStatus>,
    ) => {
      const status = await this.#starter.start(sync, list, spec, statuses.get(spec.name))
      statuses.set(spec.name, status)
      return status
    }
    for (const spec of ephemeralContainers) await start('ephemeralContainers', spec, known.ephemeral)
    let through = true
    for (const spec of initContainers) {
      if (!through) break
      through = isThrough(spec, await start('initContainers', spec, known.init))
    }
    if (through) for (const spec of containers) await start('containers', spec, known.regular)
    this.#write(pod, podStatusOf(pod, known, this.#cluster.clock) as JsonObject)
  }

  /** Writes the status unless the pod is gone; after a failed pull, the back-off shows in the next pass. */
  #write(pod: Pod, status: JsonObject): void {
    const { uid, namespace, name, generation } = pod.metadata
    const current = this.#cluster.get('Pod', namespace, name)
    if (current?.metadata.uid !== uid) return
    this.#cluster.change('Pod', namespace, name, copy => {
      copy.status = status
    })
    const reasons = waitingReasons(asPod({ ...current, status }))
    const now = this.#cluster.clock.now()
    const wait = reasons.includes('ErrImagePull') ? 0 : RESYNC
    this.#due.set(uid, { at: reasons.length === 0 ? Number.POSITIVE_INFINITY : now + wait, generation })
  }

  async #pullVolumes(pod: Pod, secrets: ApiObject[]): Promise<Map<string, ImageFailure>> {
    const failures = new Map<string, ImageFailure>()
    if (pod.status.phase === 'Running') return failures
    for (const { name, image } of pod.spec.volumes ?? []) {
      if (!image) continue
      const policy = image.pullPolicy ?? 'IfNotPresent'
      const request = { pod, image: image.reference ?? '', policy, secrets, fieldPath: undefined }
      const result = await this.#images.ensure(request)
      if ('reason' in result) failures.set(name, result)
    }
    return failures
  }

  #tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    recordEvent(this.#cluster, pod, { type, reason, message, fieldPath })
  }
}

const waitingReasons = ({ status }: Pod): string[] =>
  [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]
    .flatMap(statuses => statuses ?? [])
    .flatMap(({ state }) => (state.waiting ? [state.waiting.reason ?? ''] : []))
