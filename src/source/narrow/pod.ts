/** Narrows a pod to what matters for pulling images. */

import { mentionsFailedPull, PROVIDER_FAILED } from '../../image/pull-messages.ts'
import {
  firstText,
  isObject,
  list,
  number,
  present,
  record,
  text,
  textOrNull,
} from '../../json/json-object.ts'
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
import {
  controllerRevisionHash,
  deploymentConfig,
  makerOf,
  operatorIn,
  packageOf,
  servesDns,
  templateGeneration,
  templateHash,
} from './marks.ts'
import { accountIn, hasUnnamedSecret, narrowSecretNames } from './related-objects.ts'

const MIRROR = 'kubernetes.io/config.mirror'
/** Skaffold puts it on every object that it deploys, and into their templates (skaffold.dev/docs/tutorials/skaffold-resource-selector). */
const SKAFFOLD = 'skaffold.dev/run-id'

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
    ...narrowMirror(metadata),
    serviceAccount: accountIn(spec),
    pullSecrets: narrowSecretNames(spec.imagePullSecrets),
    priorityClass: textOrNull(spec.priorityClassName),
    hasSandbox: narrowSandbox(status),
    platform: narrowPlatform(spec),
    controller,
    ...present({
      unnamedSecret: hasUnnamedSecret(spec.imagePullSecrets) ? (true as const) : null,
      runtimeClass: textOrNull(spec.runtimeClassName),
      templateHash: templateHash(metadata),
      deploymentConfig: controller?.kind === 'ReplicationController' ? deploymentConfig(metadata) : null,
      // A DaemonSet replaces each pod independently.
      revisionHash: controller?.kind === 'StatefulSet' ? controllerRevisionHash(metadata) : null,
      templateGeneration: templateGeneration(metadata),
      operator: operatorIn(metadata),
      managedBy: packageOf(metadata),
      bySkaffold: record(metadata.labels)[SKAFFOLD] === undefined ? null : (true as const),
      servesDns: servesDns(metadata) ? (true as const) : null,
      maker: makerOf(metadata, controller?.kind ?? null),
      rewriters: rewritersIn(metadata),
      version: versionIn(metadata),
    }),
    containers: narrowContainers(spec, status),
  }
}

/** Kubernetes' label for it, or else the one by which Istio tells versions apart. */
function versionIn({ labels }: Record<string, unknown>): string | null {
  const marks = record(labels)
  return textOrNull(marks['app.kubernetes.io/version']) ?? textOrNull(marks.version)
}

function narrowMirror({ annotations }: Record<string, unknown>): Pick<Pod, 'mirror' | 'uidOnNode'> {
  const uidOnNode = text(record(annotations)[MIRROR])
  const mirror = Object.hasOwn(record(annotations), MIRROR)
  return uidOnNode === '' ? { mirror } : { mirror, uidOnNode }
}

/** The condition's name was PodHasNetwork before Kubernetes 1.28. */
function narrowSandbox(status: Record<string, unknown>): boolean | null {
  const condition = list(status.conditions)
    .map(record)
    .find(({ type }) => type === 'PodReadyToStartContainers' || type === 'PodHasNetwork')
  return condition?.status === 'True' ? true : condition?.status === 'False' ? false : null
}

/** Kyverno notes `RULE.POLICY.kyverno.io: replaced /spec/containers/0/image` in an annotation, one change a line. */
const REWRITTEN =
  /^\S+\.([a-z0-9][a-z0-9-]*)\.kyverno\.io: (?:added|replaced) \/spec\/(?:initContainers|containers)\/\d+(?:\/image)?$/gm

/** The policies that changed a container of the pod; null if none did. */
function rewritersIn({ annotations }: Record<string, unknown>): string[] | null {
  const changes = text(record(annotations)['policies.kyverno.io/last-applied-patches'])
  const rewriters = [...new Set([...changes.matchAll(REWRITTEN)].map(([, policy = '']) => policy))]
  return rewriters.length === 0 ? null : rewriters
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
