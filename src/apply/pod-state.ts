/** Reads off a pod whether its images have come. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { RecoveryPod } from './outcome.ts'

/** Waiting reasons that mean the image has not come (pkg/kubelet/images/types.go and the CRI's own). */
const PULL_FAILS =
  /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/

interface ContainerStatus {
  imageID?: string
  state?: {
    waiting?: { reason?: string; message?: string }
    running?: unknown
    terminated?: { reason?: string; message?: string }
  }
}

/** `running`: every regular container has its image, whatever becomes of it afterwards; that is then the reason. */
export function podState(pod: KubernetesObject): RecoveryPod {
  const { name } = pod.metadata as { name: string }
  const status = (pod.status ?? {}) as {
    phase?: string
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
    conditions?: { type?: string; status?: string; reason?: string; message?: string }[]
  }
  const init = status.initContainerStatuses ?? []
  const regular = status.containerStatuses ?? []
  const stuck = [...init, ...regular].find(({ state }) => PULL_FAILS.test(state?.waiting?.reason ?? ''))
  if (stuck) return { name, state: 'stuck', ...said(stuck.state?.waiting) }
  if (status.phase === 'Succeeded') return { name, state: 'running', reason: '', message: '' }
  const unhappy = regular
    .map(({ state }) => state?.waiting ?? state?.terminated)
    .find(one => one !== undefined)
  const pulled = regular.length > 0 && regular.every(hasImage)
  if (pulled) return { name, state: 'running', ...said(unhappy) }
  const held = status.conditions?.find(one => one.type === 'PodScheduled' && one.status === 'False')
  return { name, state: 'starting', ...said(held ?? unhappy) }
}

function hasImage({ imageID = '', state }: ContainerStatus): boolean {
  return imageID !== '' || state?.running !== undefined || state?.terminated !== undefined
}

function said(from: { reason?: string; message?: string } | undefined): { reason: string; message: string } {
  return { reason: from?.reason ?? '', message: from?.message ?? '' }
}
