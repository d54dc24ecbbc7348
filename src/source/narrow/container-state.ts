/** Narrows a container's state, and tells which states could mean that its image is not there. */

import { redact } from '../../secrecy/redact.ts'
import type { ContainerState } from '../../snapshot/pod.ts'
import { saysImageIsThere, saysUntried } from '../../snapshot/waiting-reason.ts'
import { isRecord, number, record, text, textOrNull } from './shape.ts'

/** `status.state` of one container. An empty state is the kubelet's silence. */
export function narrowState(raw: unknown): ContainerState {
  const { waiting, running, terminated } = record(raw)
  if (isRecord(waiting)) {
    return { type: 'waiting', reason: redact(text(waiting.reason)), message: redact(text(waiting.message)) }
  }
  if (isRecord(terminated)) {
    return {
      type: 'terminated',
      reason: redact(text(terminated.reason)),
      exitCode: number(terminated.exitCode, 0),
      message: redact(text(terminated.message)),
    }
  }
  return isRecord(running)
    ? { type: 'running', startedAt: textOrNull(running.startedAt) }
    : { type: 'unknown' }
}

/** Whether the state itself could be a failed pull: any reason but the known other ones, for new kubelets put free text there. */
export function couldBeFailedPull(state: ContainerState): boolean {
  return state.type === 'waiting' && !saysUntried(state.reason) && !saysImageIsThere(state.reason)
}

/** Whether the container has not been tried, as far as its state tells: events may know more. */
export function isUntried(state: ContainerState): boolean {
  return state.type === 'unknown' || (state.type === 'waiting' && saysUntried(state.reason))
}
