/** Reads facts about nodes: images that are certainly on one, because running pods use them, and the platforms of all. */

import { isForbidden } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { compareText } from '../../order.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { fieldValue, type NamespaceOrAll, Reading } from './reading.ts'

interface NodeWithImages {
  node: string
  /** As written in the pods, sorted by how likely they contain a program that sends requests; the pods' own pull policies don't matter. */
  images: string[]
}

/** Names of images that often have curl or GNU Wget. */
const LIKELY =
  /curl|wget|nginx|httpd|apache|debian|ubuntu|fedora|python|node|ruby|php|buildpack|proxyv2|envoy/i

/**
 * Returns the node whose running pods use the most different images, or the named node; null if no pod but Windows pods runs there.
 * @param node null: any node
 * @throws ApiError if pods can't be read
 */
export async function readImagesOnNode(
  cluster: ClusterReader,
  { namespace, node, signal }: { namespace: NamespaceOrAll; node: string | null; signal: AbortSignal },
): Promise<NodeWithImages | null> {
  const byNode = new Map<string, ImageCounts>()
  const ofNode = node === null ? '' : `,spec.nodeName=${fieldValue(node)}`
  const options = { shape: POD_SHAPE, fieldSelector: `status.phase=Running${ofNode}` }
  await new Reading(cluster, { signal }).list(KINDS.Pod, namespace, options, raw => {
    const pod = narrowPod(raw)
    if (pod === null || pod.node === null || pod.terminating || pod.platform.os === 'windows') return
    const images = byNode.get(pod.node) ?? new Map()
    byNode.set(pod.node, images)
    countImages(pod, images)
  })
  const [best] = [...byNode].sort(([a, x], [b, y]) => y.size - x.size || compareText(a, b))
  if (best === undefined) return null
  const [name, images] = best
  const rank = ([image, count]: [string, number]) => (LIKELY.test(image) ? 1_000_000 : 0) + count
  return { node: name, images: [...images].sort((a, b) => rank(b) - rank(a)).map(([image]) => image) }
}

/** How many containers run each image. */
type ImageCounts = Map<string, number>

function countImages({ containers }: Pod, counts: ImageCounts): void {
  for (const { image, imageId, kind } of containers) {
    if (imageId !== null && kind !== 'volume') counts.set(image, (counts.get(image) ?? 0) + 1)
  }
}

/**
 * Returns the distinct platforms of all nodes, such as `linux/arm64`, from the labels that the kubelet puts on them; none if nodes are
 * forbidden, so that no image counts as unsuitable. @throws ApiError
 */
export async function nodePlatforms(reading: Reading): Promise<string[]> {
  const found = new Set<string>()
  try {
    await reading.list(KINDS.Node, null, { metadataOnly: true }, ({ metadata: { labels = {} } }) => {
      const os = labels['kubernetes.io/os']
      const architecture = labels['kubernetes.io/arch']
      if (os && architecture) found.add(`${os}/${architecture}`)
    })
  } catch (error) {
    if (!isForbidden(error)) throw error
  }
  return [...found]
}
