/** Reads on which platforms the nodes run, from the labels that the kubelet puts on each of them. */

import { ApiError } from '../kubernetes/api-error.ts'
import type { ClusterReader } from '../kubernetes/cluster.ts'

interface NodePlatform {
  os: string
  architecture: string
  variant: null
}

/** Each platform once; none where the nodes may not be read: then nothing is known against an image. @throws ApiError */
export async function nodePlatforms(cluster: ClusterReader, signal?: AbortSignal): Promise<NodePlatform[]> {
  const found = new Map<string, NodePlatform>()
  try {
    const options = { metadataOnly: true, limit: 500, ...(signal ? { signal } : {}) }
    await cluster.list('/api/v1/nodes', options, node => {
      const { labels = {} } = node.metadata as { labels?: Record<string, string> }
      const os = labels['kubernetes.io/os']
      const architecture = labels['kubernetes.io/arch']
      if (os && architecture) found.set(`${os}/${architecture}`, { os, architecture, variant: null })
    })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error
  }
  return [...found.values()]
}
