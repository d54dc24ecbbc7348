/**
 * Finds which image volume a waiting container waits for. The kubelet pulls image volumes first and, where one fails, gives the
 * volume's error to every container that mounts it (kuberuntime's toKubeContainerImageVolumes); the volume has no status of its own.
 */

import type { Container, ContainerState } from '../../snapshot/pod.ts'
import { couldBeFailedPull } from './container-state.ts'
import { isRecord, list, record, text } from './shape.ts'

/** Containers and volumes, with errors that name a volume's image moved from the containers to the volume. */
export function attributeToImageVolumes(
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
    .filter(isRecord)
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
  return volume.image !== container.image && names(message, volume.image) && !names(message, container.image)
}

/** Whether the text names the image, also in its full form (`nginx:1` in `docker.io/library/nginx:1`) but not as part of another. */
function names(message: string, image: string): boolean {
  if (image === '') return false
  for (let at = message.indexOf(image); at !== -1; at = message.indexOf(image, at + image.length)) {
    const before = message[at - 1] ?? ' '
    const after = message[at + image.length] ?? ' '
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true
  }
  return false
}
