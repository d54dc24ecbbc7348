/** Narrows a container's state, and tells which states could mean that its image is not there. */

import type { ContainerState } from '../../snapshot/pod.ts'
import { narrowMessage } from './bounded-text.ts'
import { isRecord, number, record, textOrNull } from './shape.ts'

/** `status.state` of one container. An empty state is the kubelet's silence. */
export function narrowState(raw: unknown): ContainerState {
  const { waiting, running, terminated } = record(raw)
  if (isRecord(waiting)) {
    return { type: 'waiting', reason: narrowMessage(waiting.reason), message: narrowMessage(waiting.message) }
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

/** Waiting reasons with which a container has not been tried yet. */
const NOT_TRIED = new Set(['', 'ContainerCreating', 'PodInitializing'])

/** Waiting reasons that the kubelet gives only once the image is on the node. */
const IMAGE_IS_THERE = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
  'PreStopHookError',
  'RunContainerError',
])

/** Whether the state itself could be a failed pull: any reason but the known other ones, for new kubelets put free text there. */
export function couldBeFailedPull(state: ContainerState): boolean {
  return state.type === 'waiting' && !NOT_TRIED.has(state.reason) && !IMAGE_IS_THERE.has(state.reason)
}

/** Whether the container has not been tried, as far as its state tells: events may know more. */
export function isUntried(state: ContainerState): boolean {
  return state.type === 'unknown' || (state.type === 'waiting' && NOT_TRIED.has(state.reason))
}
