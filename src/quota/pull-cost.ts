/** What a container start costs on Docker Hub if the node already has the image. A pull is a GET of a manifest; a HEAD is free. */

import { pullsAlways } from '../image/describe.ts'
import type { HubContainer } from '../snapshot/hub-usage.ts'

/**
 * What the kubelet's policy Always costs on a runtime.
 * - `nothing`: the runtime sends a HEAD, and gets the manifest only if the tag now points to another image
 * - `each`: the runtime gets the manifest at every start
 * - `unknown`: this runtime is unknown
 */
type AlwaysCost = 'nothing' | 'each' | 'unknown'

/** Docker Engine keeps manifests since this version (moby/moby#41607). */
const DOCKER_KEEPS_MANIFESTS = [20, 10] as const

/**
 * The cost, by `containerRuntimeVersion`. containerd: measured with 1.6.20, a crash loop with policy Always sent one GET in total, because
 * its resolver sends a HEAD and finds the manifest in its content store. CRI-O: containers/image gets the manifest whenever it opens an
 * image (containers/image#1078).
 */
export function alwaysCost(runtime: string | null): AlwaysCost {
  const [, name = '', major = '', minor = ''] = /^([\w-]+):\/\/v?(\d+)(?:\.(\d+))?/.exec(runtime ?? '') ?? []
  switch (name) {
    case 'containerd':
      return 'nothing'
    case 'cri-o':
      return 'each'
    case 'docker': {
      const [since, sinceMinor] = DOCKER_KEEPS_MANIFESTS
      const keeps = Number(major) > since || (Number(major) === since && Number(minor) >= sinceMinor)
      return keeps ? 'nothing' : 'each'
    }
    default:
      return 'unknown'
  }
}

/** Whether the kubelet asks the runtime to pull at each start. */
export function isAlways({ image, policy }: HubContainer): boolean {
  return pullsAlways(image, policy)
}
