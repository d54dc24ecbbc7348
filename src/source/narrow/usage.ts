/** Narrows a pod to its current pulls from Docker Hub (awaited images, restarts), and a controller to the future pulls of its pods. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { isPostPullReason, isPullFailureReason } from '../../image/pull-messages.ts'
import { parseReference } from '../../image/reference.ts'
import { type JsonObject, list, number, record, text, textOrNull } from '../../json/json-object.ts'
import type { HubContainer, Restart, UsagePod, UsageWorkload } from '../../snapshot/hub-usage.ts'
import { type Container, isEnding } from '../../snapshot/pod.ts'
import { podOf } from './controller.ts'
import { narrowPod } from './pod.ts'

/** Returns null for a pod that shows no pulls from Docker Hub. */
export function narrowUsagePod(raw: unknown): UsagePod | null {
  const pod = narrowPod(raw)
  if (pod === null || isEnding(pod)) return null
  const statuses = statusesOf(record(record(raw).status))
  const containers = pod.containers.filter(isFromHub)
  const waiting = containers.filter(waitsForImage).map(container => ({
    container: narrowHubContainer(container),
    ...wordsOf(container),
    present: container.imageId !== null,
  }))
  const restarts = containers.flatMap(container => {
    const restart = restartOf(container, statuses.get(container.name))
    return restart === null ? [] : [restart]
  })
  if (waiting.length + restarts.length === 0) return null
  const { namespace, name, node, controller, pullSecrets, templateHash } = pod
  return {
    namespace,
    name,
    node,
    controller,
    pullSecrets,
    waiting,
    restarts,
    ...(templateHash === undefined ? {} : { templateHash }),
  }
}

/** Whether the container still needs its image: one that has its image waits for something else, one never tried still needs it. */
function waitsForImage({ kind, state, imageId }: Container): boolean {
  if (kind === 'volume' || kind === 'ephemeral') return false
  if (state.type === 'unknown') return imageId === null
  if (state.type !== 'waiting' || isPostPullReason(state.reason)) return false
  return imageId === null || isPullFailureReason(state.reason)
}

function wordsOf({ state }: Container): { reason: string; message: string } {
  return state.type === 'waiting' ? state : { reason: '', message: '' }
}

type Statuses = Map<string, Record<string, unknown>>

function statusesOf(status: Record<string, unknown>): Statuses {
  const all = [...list(status.initContainerStatuses), ...list(status.containerStatuses)].map(record)
  return new Map(all.map(each => [text(each.name), each]))
}

/** Returns null for a container that has started at most once. */
function restartOf(container: Container, status: Record<string, unknown> | undefined): Restart | null {
  const last = record(record(status?.lastState).terminated)
  if (textOrNull(last.startedAt) === null) return null
  const { running, waiting } = record(status?.state)
  const known = { container: narrowHubContainer(container) }
  const since = textOrNull(record(running).startedAt)
  if (since !== null) {
    return {
      ...known,
      previousStart: textOrNull(last.startedAt),
      lastStart: since,
      backOffSeconds: null,
      lastEnd: null,
    }
  }
  return {
    ...known,
    previousStart: null,
    lastStart: textOrNull(last.startedAt),
    backOffSeconds: backOffOf(text(record(waiting).message)),
    lastEnd: textOrNull(last.finishedAt),
  }
}

/** Returns the seconds in the kubelet's own message: `back-off 1m20s restarting failed container=…`. */
function backOffOf(message: string): number | null {
  const [, hours, minutes, seconds] =
    /^back-off (?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)? /.exec(message) ?? []
  const matches = [hours, minutes, seconds].some(part => part !== undefined)
  return matches ? Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0) : null
}

/** Kinds whose templates future pods are created from. ReplicaSets and Jobs that they create copy those templates. */
export type UsageKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'

/** Returns null if its pods pull nothing from Docker Hub. Items of a list have no kind, so the caller passes it. */
export function narrowUsageWorkload(raw: unknown, kind: UsageKind): UsageWorkload | null {
  const { metadata, spec: written, status } = record(raw)
  const spec = record(written)
  const { pod: podSpec, job } = podOf(kind, spec)
  // A template's spec has the same fields as a pod's.
  const pod = narrowPod({ metadata, spec: podSpec })
  const containers = pod?.containers.filter(isFromHub).map(narrowHubContainer) ?? []
  if (pod === null || containers.length === 0) return null
  const { namespace, name, uid, serviceAccount, pullSecrets } = pod
  return {
    kind,
    namespace,
    name,
    uid,
    containers,
    serviceAccount,
    pullSecrets,
    ...podsOf(kind, { spec, job: job ?? {}, status: record(status) }),
    schedule:
      kind === 'CronJob' && spec.suspend !== true
        ? { expression: text(spec.schedule), timeZone: textOrNull(spec.timeZone) }
        : null,
  }
}

/** Returns the numbers of pods. The API server omits zeros, and fills in every default except in a CronJob's job template. */
function podsOf(
  kind: UsageKind,
  { spec, job, status }: { spec: JsonObject; job: JsonObject; status: JsonObject },
): Pick<UsageWorkload, 'pods' | 'outstanding'> {
  if (kind === 'CronJob') {
    return { pods: Math.max(1, number(job.completions, number(job.parallelism, 1))), outstanding: 0 }
  }
  const isDaemonSet = kind === 'DaemonSet'
  const pods = number(isDaemonSet ? status.desiredNumberScheduled : spec.replicas, 0)
  const updated = number(isDaemonSet ? status.updatedNumberScheduled : status.updatedReplicas, 0)
  return { pods, outstanding: isRollingOut(kind, spec, status) ? Math.max(0, pods - updated) : 0 }
}

function isRollingOut(kind: UsageKind, { paused, updateStrategy }: JsonObject, status: JsonObject): boolean {
  if (record(updateStrategy).type === 'OnDelete' || paused === true) return false
  return kind !== 'StatefulSet' || status.currentRevision !== status.updateRevision
}

/** Whether a pull of this image goes to Docker Hub, unless the node has a mirror for it. */
function isFromHub({ image }: { image: string }): boolean {
  const reference = parseReference(image)
  return reference !== null && isDockerHub(reference.registry)
}

function narrowHubContainer({ name, kind, image, pullPolicy }: Container): HubContainer {
  return { name, kind, image, policy: pullPolicy }
}
