/** Narrows a pod to what matters for pulling images. */

import { mentionsFailedPull } from '../../image/pull-messages.ts'
import { firstText, isObject, list, number, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowImageName, narrowMessage } from '../../secrecy/foreign-text.ts'
import type {
  Container,
  ContainerKind,
  ContainerState,
  Pod,
  PodPlatform,
  PullPolicy,
} from '../../snapshot/pod.ts'
import { couldBeFailedPull } from '../suspects.ts'
import { narrowController } from './controller.ts'
import { controllerRevisionHash, makerOf, operatorIn, templateGeneration, templateHash } from './marks.ts'
import { accountIn, narrowSecretNames } from './related-objects.ts'

const MIRROR = 'kubernetes.io/config.mirror'

/** Returns the pod, with its messages redacted; null without a name. Values of the wrong type count as absent. */
export function narrowPod(raw: unknown): Pod | null {
  const name = nameOf(raw)
  if (name === null) return null
  const pod = record(raw)
  const metadata = record(pod.metadata)
  const spec = record(pod.spec)
  const status = record(pod.status)
  const controller = narrowController(metadata)
  return {
    namespace: namespaceOf(raw),
    name,
    uid: text(metadata.uid),
    node: textOrNull(spec.nodeName),
    createdAt: text(metadata.creationTimestamp),
    phase: text(status.phase),
    reason: text(status.reason),
    terminating: textOrNull(metadata.deletionTimestamp) !== null,
    mirror: Object.hasOwn(record(metadata.annotations), MIRROR),
    serviceAccount: accountIn(spec),
    pullSecrets: narrowSecretNames(spec.imagePullSecrets),
    priorityClass: textOrNull(spec.priorityClassName),
    hasSandbox: narrowSandbox(status),
    platform: narrowPlatform(spec),
    controller,
    ...narrowRuntimeClass(spec),
    ...narrowTemplateHash(metadata),
    ...narrowRevisionHash(metadata, controller),
    ...narrowOperator(metadata),
    ...narrowGeneration(metadata),
    ...narrowRewriters(metadata),
    ...narrowMaker(metadata, controller),
    containers: narrowContainers(spec, status),
  }
}

/** The condition's name was PodHasNetwork before Kubernetes 1.28. */
function narrowSandbox(status: Record<string, unknown>): boolean | null {
  const condition = list(status.conditions)
    .map(record)
    .find(({ type }) => type === 'PodReadyToStartContainers' || type === 'PodHasNetwork')
  return condition?.status === 'True' ? true : condition?.status === 'False' ? false : null
}

function narrowRuntimeClass({ runtimeClassName }: Record<string, unknown>): Pick<Pod, 'runtimeClass'> {
  const runtimeClass = text(runtimeClassName)
  return runtimeClass === '' ? {} : { runtimeClass }
}

/** Returns the hash of a Deployment's pod, from its metadata. */
export function narrowTemplateHash(metadata: { labels?: unknown }): Pick<Pod, 'templateHash'> {
  const hash = templateHash(metadata)
  return hash === null ? {} : { templateHash: hash }
}

/** Returns the hash only for a StatefulSet's pods: a DaemonSet replaces each pod independently. */
function narrowRevisionHash(
  metadata: Record<string, unknown>,
  controller: Pod['controller'],
): Pick<Pod, 'revisionHash'> {
  const hash = controllerRevisionHash(metadata)
  return hash === null || controller?.kind !== 'StatefulSet' ? {} : { revisionHash: hash }
}

function narrowOperator(metadata: Record<string, unknown>): Pick<Pod, 'operator'> {
  const operator = operatorIn(metadata)
  return operator === null ? {} : { operator }
}

function narrowMaker(metadata: Record<string, unknown>, controller: Pod['controller']): Pick<Pod, 'maker'> {
  const maker = makerOf(metadata, controller?.kind ?? null)
  return maker === null ? {} : { maker }
}

function narrowGeneration(metadata: Record<string, unknown>): Pick<Pod, 'templateGeneration'> {
  const generation = templateGeneration(metadata)
  return generation === null ? {} : { templateGeneration: generation }
}

/** Kyverno notes `RULE.POLICY.kyverno.io: replaced /spec/containers/0/image` in an annotation, one change a line. */
const REWRITTEN =
  /^\S+\.([a-z0-9][a-z0-9-]*)\.kyverno\.io: (?:added|replaced) \/spec\/(?:initContainers|containers)\/\d+(?:\/image)?$/gm

function narrowRewriters({ annotations }: Record<string, unknown>): Pick<Pod, 'rewriters'> {
  const changes = text(record(annotations)['policies.kyverno.io/last-applied-patches'])
  const rewriters = [...new Set([...changes.matchAll(REWRITTEN)].map(([, policy = '']) => policy))]
  return rewriters.length === 0 ? {} : { rewriters }
}

function narrowPlatform(spec: Record<string, unknown>): PodPlatform {
  const selector = record(spec.nodeSelector)
  return {
    os: firstText(record(spec.os).name, selector['kubernetes.io/os'], selector['beta.kubernetes.io/os']),
    architecture: firstText(selector['kubernetes.io/arch'], selector['beta.kubernetes.io/arch']),
  }
}

function narrowContainers(spec: Record<string, unknown>, status: Record<string, unknown>): Container[] {
  const containers = [
    ...joined(spec.initContainers, status.initContainerStatuses, initKind),
    ...joined(spec.containers, status.containerStatuses, () => 'container'),
    ...joined(spec.ephemeralContainers, status.ephemeralContainerStatuses, () => 'ephemeral'),
  ]
  return attributeToImageVolumes(spec, containers, narrowImageVolumes(spec.volumes))
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
