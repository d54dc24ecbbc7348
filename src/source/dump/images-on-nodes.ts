/** What the pods of a dump show of the images on its nodes: which of them have one that others wait for, and whose images their own role pulled. */

import { ecrAccount, isOfEks } from '../../image/cloud-registries.ts'
import { isLocal } from '../../image/host.ts'
import { fullNameOf } from '../../image/reference.ts'
import { compareText } from '../../order.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { type DumpFacts, registryIn } from './facts.ts'

/** Returns the nodes with an image that failing pods with policy Never wait for: those that list it among their largest, or run it under that policy. */
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

/**
 * Returns by node the registries of ECR whose images run there without a pull secret, so that the node's own role pulled them; nothing if no
 * failing image is in a private registry of Amazon.
 */
export function ecrHosts(pods: Pod[], { holders }: DumpFacts): Pick<Snapshot, 'ecrHosts'> {
  const isAtAmazon = pods.some(({ containers }) =>
    containers.some(({ image, imageId }) => imageId === null && ecrAccount(registryIn(image)) !== null),
  )
  if (!isAtAmazon) return {}
  const nodes = new Set(pods.flatMap(({ node }) => node ?? []))
  const found = new Map<string, Set<string>>()
  for (const [image, { groups }] of holders) {
    const registry = registryIn(image)
    // Amazon lets every account pull the images of EKS.
    if (ecrAccount(registry) === null || isOfEks(registry)) continue
    const own = groups.filter(({ pullSecrets }) => pullSecrets.length === 0)
    for (const node of own.flatMap(group => [...group.nodes]))
      if (nodes.has(node)) found.set(node, (found.get(node) ?? new Set()).add(registry))
  }
  if (found.size === 0) return {}
  return { ecrHosts: [...found].map(([node, hosts]) => ({ node, hosts: [...hosts].sort() })) }
}

/** Returns the pods that serve the ports by which failing images are named at their nodes' own loopback addresses. */
export function hostPorts(pods: Pod[], facts: DumpFacts): Pick<Snapshot, 'hostPorts'> {
  const asked = pods.flatMap(({ node, containers }) =>
    containers.flatMap(({ image, imageId }) => {
      const port = imageId === null && isLocal(registryIn(image)) ? portOf(registryIn(image)) : null
      return node === null || port === null
        ? []
        : [[`${node} ${port}`, facts.hostPorts.at(node, port)] as const]
    }),
  )
  const found = [...new Map(asked).values()].filter(each => each !== null)
  return found.length === 0 ? {} : { hostPorts: found }
}

function portOf(host: string): number | null {
  const [, port] = /:(\d+)$/.exec(host) ?? []
  return port === undefined ? null : Number(port)
}

/** Returns the largest size of each failing image that a node reports. */
export function imageSizes(pods: Pod[], { nodes }: DumpFacts): Pick<Snapshot, 'imageSizes'> {
  const failing = pods.flatMap(({ containers }) =>
    containers.flatMap(({ image, imageId }) => (imageId === null ? [fullNameOf(image)] : [])),
  )
  const found = [...new Set(failing)].sort().flatMap(reference => {
    const sizes = [...nodes.values()].flatMap(({ name, runtime, largeImages }) => {
      const bytes = largeImages?.[reference]
      const packed = runtime?.startsWith('containerd://') === true
      return bytes === undefined ? [] : [{ reference, bytes, node: name, packed }]
    })
    return sizes.sort((a, b) => b.bytes - a.bytes || compareText(a.node, b.node)).slice(0, 1)
  })
  return found.length === 0 ? {} : { imageSizes: found }
}
