/** Narrows the containers of a pod with their states, and attributes a pod's errors to the container or image volume that they are about. */

import { mentionsFailedPull, PROVIDER_FAILED } from '../../image/pull-messages.ts'
import { isObject, list, number, record, text, textOrNull } from '../../json/json-object.ts'
import { narrowImageName, narrowMessage } from '../../secrecy/foreign-text.ts'
import type { Container, ContainerKind, ContainerState, PullPolicy } from '../../snapshot/pod.ts'
import { couldBeFailedPull } from '../suspects.ts'

export function narrowContainers(
  spec: Record<string, unknown>,
  status: Record<string, unknown>,
): Container[] {
  const containers = [
    ...joined(spec.initContainers, status.initContainerStatuses, initKind),
    ...joined(spec.containers, status.containerStatuses, () => 'container'),
    ...joined(spec.ephemeralContainers, status.ephemeralContainerStatuses, () => 'ephemeral'),
  ]
  const reported = withProviderError(containers, status)
  return attributeToImageVolumes(spec, reported, narrowImageVolumes(spec.volumes))
}

/** A virtual kubelet writes its provider's error on the pod: it becomes the state of the containers that it names, or of all if it names none. */
function withProviderError(containers: Container[], status: Record<string, unknown>): Container[] {
  const [reason, message] = [text(status.reason), narrowMessage(status.message)]
  if (reason !== PROVIDER_FAILED) return containers
  const named = containers.filter(({ image }) => mentionsImage(message, image))
  const state = { type: 'waiting', reason, message } as const
  return containers.map(container =>
    container.state.type === 'unknown' && (named.length === 0 || named.includes(container))
      ? { ...container, state }
      : container,
  )
}

function initKind(container: Record<string, unknown>): ContainerKind {
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init'
}

/** Returns the containers in one list of the spec, each with its status. The two lists are joined by name, never by position. */
function joined(
  specs: unknown,
  statuses: unknown,
  kindOf: (container: Record<string, unknown>) => ContainerKind,
): Container[] {
  const statusByName = new Map(list(statuses).map(status => [text(record(status).name), record(status)]))
  return list(specs)
    .filter(isObject)
    .map(container => {
      const name = text(container.name)
      const status = statusByName.get(name) ?? {}
      return {
        name,
        kind: kindOf(container),
        image: narrowImageName(container.image),
        pullPolicy: narrowPolicy(container.imagePullPolicy),
        state: narrowState(status.state, status.lastState),
        ready: status.ready === true,
        imageId: textOrNull(status.imageID),
      }
    })
}

/** Narrows `status.state` of one container, with its last start's error if that was a pull. Empty: the kubelet has not reported yet. */
function narrowState(raw: unknown, last?: unknown): ContainerState {
  const { waiting, running, terminated } = record(raw)
  if (isObject(waiting)) {
    const reason = narrowMessage(waiting.reason)
    const message = reason === CRASH_LOOP ? (failedStart(last) ?? waiting.message) : waiting.message
    return { type: 'waiting', reason, message: narrowMessage(message) }
  }
  if (isObject(terminated)) {
    return {
      type: 'terminated',
      reason: narrowMessage(terminated.reason),
      exitCode: number(terminated.exitCode, 0),
      message: narrowMessage(terminated.message),
    }
  }
  return isObject(running)
    ? { type: 'running', startedAt: textOrNull(running.startedAt) }
    : { type: 'unknown' }
}

const CRASH_LOOP = 'CrashLoopBackOff'

/**
 * Returns why the last start failed, if it was a pull. A guest that pulls its own images does so when the container starts, and between
 * starts the kubelet reports only a crash loop.
 */
function failedStart(last: unknown): string | null {
  const { reason, message } = record(record(last).terminated)
  const hasStarted = reason !== 'StartError' && reason !== 'ContainerCannotRun'
  return hasStarted || !mentionsFailedPull(text(message)) ? null : text(message)
}

/** The pod's status does not list image volumes; their failures show in the containers that mount them (attributeToImageVolumes). */
function narrowImageVolumes(volumes: unknown): Container[] {
  return list(volumes)
    .filter(volume => isObject(record(volume).image))
    .map(volume => {
      const { name, image } = record(volume)
      return {
        name: text(name),
        kind: 'volume',
        image: narrowImageName(record(image).reference),
        pullPolicy: narrowPolicy(record(image).pullPolicy),
        state: { type: 'unknown' },
        ready: false,
        imageId: null,
      }
    })
}

/** Returns the pull policy; null for any other value. */
export function narrowPolicy(value: unknown): PullPolicy | null {
  return value === 'Always' || value === 'IfNotPresent' || value === 'Never' ? value : null
}

/**
 * Moves errors that name a volume's image from the container to the volume. The kubelet pulls image volumes first and reports a failure on
 * every container that mounts the volume (kuberuntime's toKubeContainerImageVolumes); the volume has no status.
 */
function attributeToImageVolumes(
  spec: Record<string, unknown>,
  containers: Container[],
  volumes: Container[],
): Container[] {
  if (volumes.length === 0) return containers
  const mounts = mountsByContainer(spec)
  const stateByVolume = new Map<string, ContainerState>()
  const attributed = containers.map(container => {
    const volume = volumes.find(
      candidate => mounts.get(container.name)?.has(candidate.name) && isCausedBy(candidate, container),
    )
    if (volume === undefined) return container
    stateByVolume.set(volume.name, container.state)
    return { ...container, state: { type: 'waiting', reason: 'ContainerCreating', message: '' } as const }
  })
  return [
    ...attributed,
    ...volumes.map(volume => ({ ...volume, state: stateByVolume.get(volume.name) ?? volume.state })),
  ]
}

function mountsByContainer(spec: Record<string, unknown>): Map<string, Set<string>> {
  const containers = [spec.initContainers, spec.containers, spec.ephemeralContainers]
    .flatMap(list)
    .filter(isObject)
  return new Map(
    containers.map(container => [
      text(container.name),
      new Set(list(container.volumeMounts).map(mount => text(record(mount).name))),
    ]),
  )
}

function isCausedBy(volume: Container, container: Container): boolean {
  if (!couldBeFailedPull(container.state) || container.state.type !== 'waiting') return false
  const { message } = container.state
  return (
    volume.image !== container.image &&
    mentionsImage(message, volume.image) &&
    !mentionsImage(message, container.image)
  )
}

/** Whether the text names the image, also in its full form (`nginx:1` in `docker.io/library/nginx:1`), but not as part of another name. */
function mentionsImage(message: string, image: string): boolean {
  if (image === '') return false
  for (let at = message.indexOf(image); at !== -1; at = message.indexOf(image, at + image.length)) {
    const before = message[at - 1] ?? ' '
    const after = message[at + image.length] ?? ' '
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true
  }
  return false
}
