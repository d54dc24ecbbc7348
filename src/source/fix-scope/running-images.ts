/** Finds the digests that a workload's pods run already, so that a pin changes nothing about what runs. */

import { ApiError } from '../../kubernetes/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { ScopeContainer, ScopeWorkload } from '../../snapshot/fix-scope.ts'

interface Status {
  name: string
  imageID?: string
  state?: { running?: unknown }
}

/** Fills in `runningImageIds` from pods that run the very image of the template. Pods that can't be listed leave it empty. */
export async function runningImages(cluster: ClusterReader, workload: ScopeWorkload): Promise<void> {
  if (workload.selector === null) return
  try {
    await cluster.list(
      `/api/v1/namespaces/${encodeURIComponent(workload.namespace)}/pods`,
      { labelSelector: workload.selector, limit: 500 },
      pod => {
        for (const container of workload.containers) {
          const id = imageIdIn(pod, container)
          if (id !== null && !container.runningImageIds.includes(id)) container.runningImageIds.push(id)
        }
      },
    )
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

function imageIdIn(pod: KubernetesObject, { name, kind, image }: ScopeContainer): string | null {
  const spec = (pod.spec ?? {}) as Record<string, { name: string; image?: string }[] | undefined>
  const status = (pod.status ?? {}) as Record<string, Status[] | undefined>
  const written = spec[kind === 'init' ? 'initContainers' : 'containers']?.find(one => one.name === name)
  if (written?.image !== image) return null
  const seen = status[kind === 'init' ? 'initContainerStatuses' : 'containerStatuses']
  return seen?.find(one => one.name === name)?.imageID || null
}
