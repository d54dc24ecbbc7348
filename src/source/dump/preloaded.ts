/** The nodes of a dump that have an image which failing pods with policy Never wait for: whatever brought it there has to bring it to theirs. */

import { fullNameOf } from '../../image/reference.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { DumpFacts } from './facts.ts'

/** Returns them by image: nodes that list it among their largest images, and nodes with a pod that runs it under the same policy. */
export function preloadedImages(pods: Pod[], facts: DumpFacts): Pick<Snapshot, 'preloaded'> {
  const wanted = new Set(
    pods.flatMap(({ containers }) =>
      containers.flatMap(({ image, imageId, pullPolicy }) =>
        imageId === null && pullPolicy === 'Never' ? [image] : [],
      ),
    ),
  )
  if (wanted.size === 0) return {}
  const found = [...new Set([...wanted].map(fullNameOf))].sort().flatMap(reference => {
    const listing = [...facts.nodes.values()].filter(({ images }) => images.includes(reference))
    const nodes = new Set([...listing.map(({ name }) => name), ...(facts.unpulled.get(reference) ?? [])])
    return nodes.size === 0 ? [] : [{ reference, nodes: [...nodes].sort() }]
  })
  return found.length === 0 ? {} : { preloaded: found }
}
