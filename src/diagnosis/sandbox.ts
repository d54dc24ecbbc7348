/** Finds a pod that waits for its sandbox because the sandbox's own image can't be pulled: then nothing new starts on that node. */

import { isSandboxFailure, sandboxImage } from '../image/pull-messages.ts'
import { isFinished, type Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import type { FailingContainer } from './failing-container.ts'

/** What stands for its name, which it has none of. */
const NAME = 'sandbox'

/**
 * The sandbox as a container that fails, if the newest attempt to make one failed over its image. The runtime pulls that without the
 * pod's pull secrets. @param events the pod's own events
 */
export function failingSandbox(pod: Pod, events: PodEvent[]): FailingContainer | null {
  if (isFinished(pod) || !lacksSandbox(pod)) return null
  const [newest, ...older] = events.filter(isSandboxFailure).sort(newestFirst)
  const image = newest === undefined ? null : sandboxImage(newest.message)
  if (newest === undefined || image === null || events.some(event => isOfContainer(event, newest)))
    return null
  return {
    container: {
      name: NAME,
      kind: 'sandbox',
      image,
      pullPolicy: null,
      state: { type: 'unknown' },
      ready: false,
      imageId: null,
    },
    reason: newest.reason,
    message: '',
    events: [...older.filter(({ message }) => sandboxImage(message) !== null).reverse(), newest],
    usesPullSecrets: false,
  }
}

/** Where the kubelet does not say whether there is one, no container of the pod has been started. */
function lacksSandbox({ hasSandbox, containers }: Pod): boolean {
  if (hasSandbox !== null) return !hasSandbox && containers.every(({ state }) => state.type !== 'running')
  return containers.every(
    ({ state }) =>
      state.type === 'unknown' ||
      (state.type === 'waiting' && /^(?:|ContainerCreating|PodInitializing)$/.test(state.reason)),
  )
}

/** Whether a container was seen to since, so that the sandbox was made; pull secrets are looked for before there is one. */
function isOfContainer(event: PodEvent, failure: PodEvent): boolean {
  return (
    !isSandboxFailure(event) &&
    event.reason !== 'FailedToRetrieveImagePullSecret' &&
    (event.lastSeen ?? '') >= (failure.lastSeen ?? '')
  )
}

function newestFirst(a: PodEvent, b: PodEvent): number {
  const [one, other] = [a.lastSeen ?? '', b.lastSeen ?? '']
  return one < other ? 1 : one > other ? -1 : 0
}
