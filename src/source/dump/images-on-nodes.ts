/** What the pods of a dump show of the images on its nodes: which of them have one that others wait for, and whose images their own role pulled. */

import { ecrAccount, isOfAmazon } from '../../image/cloud-registries.ts'
import { isLocal } from '../../image/host.ts'
import { fullNameOf } from '../../image/reference.ts'
import { byName, byText } from '../../order.ts'
import type { ImageSize } from '../../snapshot/held-image.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { AwaitedImage } from '../awaited-images.ts'
import { type DumpFacts, registryIn } from './facts.ts'

/** Returns the nodes with an image that failing pods with policy Never wait for: those that list it among their largest, or run it under that policy. */
export function preloadedImages(
  awaited: readonly AwaitedImage[],
  facts: DumpFacts,
): Pick<Snapshot, 'preloaded'> {
  const neverPulled = awaited.filter(({ pullPolicy }) => pullPolicy === 'Never')
  const found = fullNamesOf(neverPulled).flatMap(reference => {
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
export function ecrHosts(
  awaited: readonly AwaitedImage[],
  nodes: ReadonlySet<string>,
  { running }: DumpFacts,
): Pick<Snapshot, 'ecrHosts'> {
  if (!awaited.some(({ image }) => ecrAccount(registryIn(image)) !== null)) return {}
  const found = new Map<string, Set<string>>()
  for (const image of running.images) {
    const registry = registryIn(image)
    // Amazon lets every account pull the images of EKS.
    if (ecrAccount(registry) === null || isOfAmazon(registry)) continue
    const own = running.holdersOf(image).filter(({ pullSecrets }) => pullSecrets.length === 0)
    for (const node of own.flatMap(group => [...group.nodes]))
      if (nodes.has(node)) found.set(node, (found.get(node) ?? new Set()).add(registry))
  }
  if (found.size === 0) return {}
  return { ecrHosts: [...found].map(([node, hosts]) => ({ node, hosts: [...hosts].sort() })) }
}

/** Returns the pods that serve the ports by which failing images are named at their nodes' own loopback addresses. */
export function hostPorts(awaited: readonly AwaitedImage[], facts: DumpFacts): Pick<Snapshot, 'hostPorts'> {
  const asked = awaited.flatMap(({ image, pod: { node } }) => {
    const port = isLocal(registryIn(image)) ? portOf(registryIn(image)) : null
    return node === null || port === null
      ? []
      : [[`${node} ${port}`, facts.hostPorts.at(node, port)] as const]
  })
  const found = [...new Map(asked).values()].filter(each => each !== null)
  return found.length === 0 ? {} : { hostPorts: found }
}

function portOf(host: string): number | null {
  const [, port] = /:(\d+)$/.exec(host) ?? []
  return port === undefined ? null : Number(port)
}

/** Returns the largest size of each failing image that a node reports; of several nodes with it, the first by name. */
export function imageSizes(
  awaited: readonly AwaitedImage[],
  { nodes }: DumpFacts,
): Pick<Snapshot, 'imageSizes'> {
  const wanted = new Set(fullNamesOf(awaited))
  const largest = new Map<string, ImageSize>()
  for (const { name, runtime, largeImages = {} } of [...nodes.values()].sort(byName)) {
    const packed = runtime?.startsWith('containerd://') === true
    for (const [reference, bytes] of Object.entries(largeImages))
      if (wanted.has(reference) && bytes > (largest.get(reference)?.bytes ?? 0))
        largest.set(reference, { reference, bytes, node: name, packed })
  }
  const found = [...largest.values()].sort(byText(({ reference }) => reference))
  return found.length === 0 ? {} : { imageSizes: found }
}

/** The full names, each once, in their order. */
function fullNamesOf(awaited: readonly AwaitedImage[]): string[] {
  return [...new Set(awaited.map(({ image }) => fullNameOf(image)))].sort()
}
