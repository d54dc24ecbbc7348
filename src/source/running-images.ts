/** Which pods run an image that their nodes have pulled, by what decides which logins those pulls had: namespace, pull secrets, and node. */

import { fullName, parseReference } from '../image/reference.ts'
import type { HeldBy, HeldImage } from '../snapshot/held-image.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { awaitedImages } from './awaited-images.ts'

/** Pods of one namespace with the same pull secrets. */
interface Holders extends Omit<HeldBy, 'nodes'> {
  pods: number
  nodes: Set<string>
}

export class RunningImages {
  /** By the image as written, then by namespace and pull secrets. */
  readonly #holders = new Map<string, Map<string, Holders>>()

  /** Adds what the pod runs, except images that it lacks in another container: it is none of those that have them. */
  add({ namespace, pullSecrets, containers, node }: Pod): void {
    if (node === null) return
    const key = JSON.stringify([namespace, ...pullSecrets])
    for (const { image, imageId, state } of containers) {
      if (state.type !== 'running' || !isPulled(image, imageId)) continue
      if (containers.some(other => other.image === image && other.imageId === null)) continue
      const groups = this.#holders.get(image) ?? new Map<string, Holders>()
      const group = groups.get(key) ?? { namespace, pullSecrets, pods: 0, nodes: new Set() }
      group.pods += 1
      group.nodes.add(node)
      this.#holders.set(image, groups.set(key, group))
    }
  }

  /** The images' names, as written. */
  get images(): string[] {
    return [...this.#holders.keys()]
  }

  /** The pods that run the image, in groups; none if it runs nowhere. @param image as written */
  holdersOf(image: string): Holders[] {
    return [...(this.#holders.get(image)?.values() ?? [])]
  }

  /** All nodes that run the image, sorted. @param image as written */
  nodesWith(image: string): string[] {
    return [...new Set(this.holdersOf(image).flatMap(({ nodes }) => [...nodes]))].sort()
  }
}

/** As many nodes as a sentence names. */
const MAX_NODES = 3

/** Returns where the image runs, as far as the pods show that; null if it runs nowhere. @param image as written */
export function heldImage(image: string, running: RunningImages): HeldImage | null {
  const reference = parseReference(image)
  const holders = running.holdersOf(image)
  if (reference === null || holders.length === 0) return null
  return {
    reference: fullName(reference),
    pods: holders.reduce((sum, { pods }) => sum + pods, 0),
    nodes: running.nodesWith(image).slice(0, MAX_NODES),
    architectures: [],
    by: holders.map(({ namespace, pullSecrets, nodes }) => ({
      namespace,
      pullSecrets,
      nodes: [...nodes].sort(),
    })),
    otherLogins: [],
  }
}

/** Returns where the images run that the failing pods lack, in a snapshot's order. */
export function heldImagesOf(failing: readonly Pod[], running: RunningImages): Pick<Snapshot, 'heldImages'> {
  const images = new Set(awaitedImages(failing).map(({ image }) => image))
  const held = [...images].sort().flatMap(image => heldImage(image, running) ?? [])
  return held.length === 0 ? {} : { heldImages: held }
}

/** Whether the image came from its own repository: one that was only loaded onto the node has no digest there. */
function isPulled(image: string, imageId: string | null): boolean {
  const [, pulled = ''] = /^(?:[\w-]+:\/\/)?([^@]+)@/.exec(imageId ?? '') ?? []
  const [own, from] = [image, pulled].map(name => parseReference(name.replace(/@.*/, '')))
  return own != null && from != null && own.registry === from.registry && own.repository === from.repository
}
