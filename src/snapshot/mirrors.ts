/** What a cluster shows of mirrors: nodes, images in use, messages of failed pulls, and objects that configure or run a mirror. */

import type { Node } from './node.ts'
import type { Gap, PodEvent, SnapshotSource } from './snapshot.ts'

/** An image that a scheduled pod uses, as written in its spec. */
export interface UsedImage {
  image: string
  node: string
}

/** A container's own message about a failed pull. */
interface FailedPullText {
  image: string
  node: string | null
  text: string
}

/** One source of an ImageTagMirrorSet, ImageDigestMirrorSet, or ImageContentSourcePolicy. */
export interface MirrorSetEntry {
  kind: 'ImageTagMirrorSet' | 'ImageDigestMirrorSet' | 'ImageContentSourcePolicy'
  name: string
  /** A registry, or a path in one; can begin with `*.`. */
  source: string
  mirrors: string[]
  /** The source itself is never contacted (NeverContactSource). */
  never: boolean
}

/** A DaemonSet that lets nodes pull from each other. */
export interface PeerMirror {
  product: 'spegel' | 'dragonfly' | 'kraken'
  namespace: string
  name: string
}

/** A webhook of a product that changes the images of new pods. */
export interface ImageRewriter {
  product: 'kube-image-keeper' | 'k8s-image-swapper' | 'harbor-container-webhook' | 'zarf'
  name: string
}

/** The facts at one moment. A kind that could not be read is a gap; one that the server does not have is empty. */
export interface MirrorFacts {
  /** ISO 8601. */
  takenAt: string
  source: SnapshotSource
  nodes: Node[]
  images: UsedImage[]
  failures: FailedPullText[]
  events: PodEvent[]
  mirrorSets: MirrorSetEntry[]
  peers: PeerMirror[]
  rewriters: ImageRewriter[]
  gaps: Gap[]
}
