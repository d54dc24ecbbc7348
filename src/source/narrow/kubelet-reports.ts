/** Narrows what the kubelet reports about a pull: the state of a container, and Events of both API versions (core/v1 and events.k8s.io/v1). */

import {
  isPostPullReason,
  isSandboxFailure,
  mentionsFailedPull,
  pullStage,
} from '../../image/pull-messages.ts'
import { isObject } from '../../json/json-object.ts'
import { type ContainerState, isUntried } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { firstText, narrowMessage, narrowName, number, record, text, textOrNull } from './shape.ts'

/** Narrows `status.state` of one container, with its last start's error if that was a pull. Empty: the kubelet has not reported yet. */
export function narrowState(raw: unknown, last?: unknown): ContainerState {
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

/** Whether the state could be a failed pull: any reason except the known unrelated ones, because newer kubelets put free text there. */
export function couldBeFailedPull(state: ContainerState): boolean {
  if (state.type !== 'waiting' || isUntried(state)) return false
  return !isPostPullReason(state.reason) || mentionsFailedPull(state.message)
}

const PULL_REASONS = new Set([
  'Failed',
  'BackOff',
  'InspectFailed',
  'ErrImageNeverPull',
  'FailedToRetrieveImagePullSecret',
])

/** Returns the event, redacted; null if it is not about getting a pod's image. Vendors' kubelets use other reasons for the same text. */
export function narrowEvent(raw: unknown): PodEvent | null {
  const event = record(raw)
  const about = record(event.involvedObject ?? event.regarding)
  const pod = textOrNull(about.name)
  const reason = text(event.reason)
  const message = text(event.message ?? event.note)
  if (text(about.kind) !== 'Pod' || pod === null) return null
  const stage = pullStage(message)
  if (!PULL_REASONS.has(reason) && stage === null && !isSandboxFailure({ reason, message })) return null
  // Crash loops use the same reason, but their image was pulled.
  if (reason === 'BackOff' && message.startsWith('Back-off restarting')) return null
  return {
    namespace: firstText(about.namespace, record(event.metadata).namespace) ?? 'default',
    pod,
    podUid: textOrNull(about.uid),
    fieldPath: narrowName(about.fieldPath),
    reason,
    message: stage === 'began' || stage === 'ended' ? progressOf(message) : narrowMessage(message),
    count: countOf(event),
    ...timesOf(event),
  }
}

/** Keeps only the image for a pull in progress or completed. There are very many of these events, and redaction is slow. */
function progressOf(message: string): string {
  const sentence = /^[^"]{0,100}"[^"]*"/.exec(message)?.[0]
  return sentence === undefined || /@|:\/\//.test(sentence) || sentence.length > 2_000
    ? narrowMessage(message)
    : sentence
}

function countOf(event: Record<string, unknown>): number {
  const counts = [event.count, event.deprecatedCount, record(event.series).count]
  return Math.max(1, ...counts.map(count => number(count, 1)))
}

function timesOf(event: Record<string, unknown>): { firstSeen: string | null; lastSeen: string | null } {
  const created = record(event.metadata).creationTimestamp
  return {
    firstSeen: firstText(event.firstTimestamp, event.deprecatedFirstTimestamp, event.eventTime, created),
    lastSeen: firstText(
      record(event.series).lastObservedTime,
      event.lastTimestamp,
      event.deprecatedLastTimestamp,
      event.eventTime,
      created,
    ),
  }
}
