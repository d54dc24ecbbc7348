/** Narrows the state of a container, and decides which states could mean a missing image. */

import { isPostPullReason, mentionsFailedPull } from '../../image/pull-messages.ts'
import { isObject } from '../../json/json-object.ts'
import { type ContainerState, isUntried } from '../../snapshot/pod.ts'
import { narrowMessage, number, record, text, textOrNull } from './shape.ts'

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
