/** Narrows a container's state, and decides which states could mean that its image is missing. */

import { isPostPullReason, mentionsFailedPull } from '../../image/pull-messages.ts'
import type { ContainerState } from '../../snapshot/pod.ts'
import { narrowMessage } from './bounded-text.ts'
import { isRecord, number, record, text, textOrNull } from './shape.ts'

/** `status.state` of one container, with the error of its last start if that was a pull. An empty state means that the kubelet has not reported yet. */
export function narrowState(raw: unknown, last?: unknown): ContainerState {
  const { waiting, running, terminated } = record(raw)
  if (isRecord(waiting)) {
    const reason = narrowMessage(waiting.reason)
    const message = reason === CRASH_LOOP ? (failedStart(last) ?? waiting.message) : waiting.message
    return { type: 'waiting', reason, message: narrowMessage(message) }
  }
  if (isRecord(terminated)) {
    return {
      type: 'terminated',
      reason: narrowMessage(terminated.reason),
      exitCode: number(terminated.exitCode, 0),
      message: narrowMessage(terminated.message),
    }
  }
  return isRecord(running)
    ? { type: 'running', startedAt: textOrNull(running.startedAt) }
    : { type: 'unknown' }
}

const CRASH_LOOP = 'CrashLoopBackOff'

/**
 * Why the last start failed, if over a pull: a guest that pulls its images by itself does so when the container starts, and between the
 * starts the kubelet speaks of a crash loop.
 */
function failedStart(last: unknown): string | null {
  const { reason, message } = record(record(last).terminated)
  const hasStarted = reason !== 'StartError' && reason !== 'ContainerCannotRun'
  return hasStarted || !mentionsFailedPull(text(message)) ? null : text(message)
}

/** Waiting reasons of a container that the kubelet has not tried to start. */
const NOT_TRIED = new Set(['', 'ContainerCreating', 'PodInitializing'])

/** Whether the state could be a failed pull: any reason except the known unrelated ones, because newer kubelets put free text there. */
export function couldBeFailedPull(state: ContainerState): boolean {
  if (state.type !== 'waiting' || NOT_TRIED.has(state.reason)) return false
  return !isPostPullReason(state.reason) || mentionsFailedPull(state.message)
}

/** Whether the state shows no attempt to start the container; events may show one. */
export function isUntried(state: ContainerState): boolean {
  return state.type === 'unknown' || (state.type === 'waiting' && NOT_TRIED.has(state.reason))
}
