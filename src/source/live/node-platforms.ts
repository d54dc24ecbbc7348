/** Reads on which platforms the nodes run, from the labels that the kubelet puts on each of them. */

import { ApiError } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'

/** `linux/arm64`, each platform once; none where the nodes may not be read: then nothing is known against an image. @throws ApiError */
export async function nodePlatforms(cluster: ClusterReader, signal?: AbortSignal): Promise<string[]> {
  const found = new Set<string>()
  try {
    const options = { metadataOnly: true, limit: 500, ...(signal ? { signal } : {}) }
    await cluster.list('/api/v1/nodes', options, node => {
      const { labels = {} } = node.metadata as { labels?: Record<string, string> }
      const os = labels['kubernetes.io/os']
      const architecture = labels['kubernetes.io/arch']
      if (os && architecture) found.add(`${os}/${architecture}`)
    })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error
  }
  return [...found]
}
