/** Narrows a pod to what it pulls from Docker Hub now: images it waits for, and starts of containers that came again. */

import { isPostPullReason, isPullFailureReason } from '../../image/pull-messages.ts'
import type { Restart, UsagePod } from '../../snapshot/hub-usage.ts'
import { type Container, isFinished } from '../../snapshot/pod.ts'
import { isFromHub, narrowHubContainer } from './hub-container.ts'
import { narrowPod } from './pod.ts'
import { list, record, text, textOrNull } from './shape.ts'

/** Null for a pod that pulls nothing from Docker Hub, as far as it tells. */
export function narrowUsagePod(raw: unknown): UsagePod | null {
  const pod = narrowPod(raw)
  if (pod === null || isFinished(pod) || pod.terminating) return null
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
    ...{ namespace, name, node, controller, pullSecrets, waiting, restarts },
    ...(templateHash === undefined ? {} : { templateHash }),
  }
}

/** A container that waits after its image came waits for something else; one that nobody has tried yet still needs it. */
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

/** Null for a container that has started once at most. */
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

/** `back-off 1m20s restarting failed container=…`, the kubelet's own words. */
function backOffOf(message: string): number | null {
  const [, hours, minutes, seconds] =
    /^back-off (?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)? /.exec(message) ?? []
  const matches = [hours, minutes, seconds].some(part => part !== undefined)
  return matches ? Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0) : null
}
