/** How far a pod is with pulling its images. */

import { isPostPullReason, isPullFailureReason, mentionsFailedPull } from '../image/pull-messages.ts'
import type { Container } from '../snapshot/pod.ts'
import type { RolloutPod } from '../snapshot/rollout.ts'

type PodStage =
  /** Every container, including init containers, has its image, even if one failed afterwards. */
  | 'pulled'
  /** An init container has its image and runs or fails; later images have not been requested. */
  | 'initializing'
  /** An image can't be pulled. */
  | 'stuck'
  /** The scheduler finds no node for the pod. */
  | 'unscheduled'
  /** Nothing is known yet. */
  | 'starting'
  /** Phase Failed: its controller creates a replacement. */
  | 'failed'

/** Why a container does not run. */
interface ContainerTrouble {
  container: string
  reason: string
  message: string
}

export interface JudgedPod {
  namespace: string
  name: string
  uid: string
  node: string | null
  stage: PodStage
  ready: boolean
  /** A stuck pod's failed pull, or another pod's problem, such as a crash; null if there is none. */
  trouble: ContainerTrouble | null
}

/** The pod with its stage. */
export function judgePod({ pod, ready, unscheduled }: RolloutPod): JudgedPod {
  const { namespace, name, uid, node } = pod
  // The replacement pod will have no debug containers.
  const containers = pod.containers.filter(({ kind }) => kind !== 'ephemeral')
  const judged = (stage: PodStage, trouble: ContainerTrouble | null = null): JudgedPod => ({
    namespace,
    name,
    uid,
    node,
    stage,
    ready,
    trouble,
  })
  if (pod.phase === 'Succeeded') return judged('pulled')
  if (pod.phase === 'Failed') return judged('failed')
  const stuck = containers.find(isStuck)
  if (stuck) return judged('stuck', troubleOf(stuck))
  // A pod is only ready while all of its containers run; a virtual kubelet may not report them.
  if (ready) return judged('pulled')
  const needed = containers.filter(({ kind }) => kind !== 'volume')
  const there = new Set(needed.filter(hasImage).map(({ image }) => image))
  if (needed.length > 0 && needed.every(({ image }) => there.has(image))) {
    return judged('pulled', firstTrouble(needed))
  }
  const init = needed.find(
    container => container.kind === 'init' && hasImage(container) && !isOver(container),
  )
  if (init) return judged('initializing', troubleOf(init))
  if (node === null && unscheduled !== null) {
    return judged('unscheduled', { container: '', reason: 'Unschedulable', message: unscheduled })
  }
  return judged('starting', firstTrouble(needed))
}

/** Whether the pull fails. If the kubelet fails before it calls the runtime, its whole error becomes the reason: a sentence with spaces. */
function isStuck({ state }: Pick<Container, 'state'>): boolean {
  if (state.type !== 'waiting') return false
  return isPullFailureReason(state.reason) || /\s/.test(state.reason) || mentionsFailedPull(state.message)
}

function hasImage({ imageId, state }: Container): boolean {
  if (imageId !== null || state.type === 'running' || state.type === 'terminated') return true
  return state.type === 'waiting' && isPostPullReason(state.reason) && !mentionsFailedPull(state.message)
}

function isOver({ state }: Container): boolean {
  return state.type === 'terminated' && state.exitCode === 0
}

function firstTrouble(containers: Container[]): ContainerTrouble | null {
  return containers.map(troubleOf).find(trouble => trouble !== null) ?? null
}

function troubleOf({ name, state }: Container): ContainerTrouble | null {
  if (state.type === 'terminated' && state.exitCode !== 0) {
    const { reason, message, exitCode } = state
    return { container: name, reason: reason || 'Error', message: message || `exit code ${exitCode}` }
  }
  if (state.type !== 'waiting') return null
  if (!isPostPullReason(state.reason) && !isStuck({ state })) return null
  return { container: name, reason: state.reason, message: state.message }
}
