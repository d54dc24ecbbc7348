/** The clues in an image's name, and in where else the image runs. */

import type { BuildBeside } from '../../image/mistakes/builds-beside.ts'
import type { DroppedZero } from '../../image/mistakes/dropped-zero.ts'
import type { HostBeside } from '../../image/mistakes/host-beside.ts'
import type { NameBeside } from '../../image/mistakes/names-beside.ts'
import type { Placeholder } from '../../image/mistakes/placeholder.ts'
import type { SurplusTag } from '../../image/mistakes/surplus-tag.ts'
import type { OtherLogin } from '../../snapshot/held-image.ts'
import type { ImageTrigger, StreamTag } from '../../snapshot/snapshot.ts'
import type { Search } from '../text/searched-registries.ts'

/** Where other pods run an image that this pod's pull was refused. */
export interface RunsElsewhere {
  /** A few of their nodes, where they run on others than this pod's; else a namespace of theirs. */
  nodes: string[]
  namespace: string
  /** Whether pods of the same namespace with the same pull secrets run it on those nodes, and none on this one: what differs is the node. */
  alike: boolean
  /** A pull secret that they have, and whose login for the image is none of this pod's. */
  login: OtherLogin['other'] | null
}

/** Other nodes that pulled the image after it was not found for this pod. `at`: the newest of these pulls (ISO 8601). */
export interface PulledMeanwhile {
  nodes: string[]
  at: string
  /** Whether no attempt of this pod has failed since. */
  last: boolean
}

/** What is wrong with the image's name, or looks wrong. */
export type NameClue =
  /** A number without quotes in YAML became `1.7e+11`. */
  | { code: 'unquoted-number' }
  /** A number without quotes in YAML lost its last zero, most likely. */
  | ({ code: 'dropped-zero' } & DroppedZero)
  /** The name still has a placeholder that a template or an injector should have replaced. */
  | { code: 'placeholder'; of: Placeholder }
  /** The name is an ID, by which a client lists an image on its own machine. */
  | { code: 'image-id' }
  /** The name goes on after its tag or digest, or writes a digest like a tag. */
  | ({ code: 'surplus-tag' } & SurplusTag)
  /** The name starts with a URL scheme. */
  | { code: 'reference-scheme' }
  /** The name contains quotation marks or white space. */
  | { code: 'stray-character'; sign: 'quote' | 'space' }
  /** Something put the same prefix in front of the name twice. */
  | { code: 'doubled-prefix'; prefix: string; without: string }
  /** Zarf's agent has put its suffix on the tag twice; `without`: the name with one. */
  | { code: 'zarf-twice'; without: string }
  /** The name has no registry, and the node's settings led to others than Docker Hub; none of them gave the image. */
  | ({ code: 'searched' } & Search)
  /** Zarf's agent changed the name to one at Zarf's registry. */
  | { code: 'of-zarf' }
  /** A short name that the node's runtime does not resolve. */
  | { code: 'short-name' }
  /** The registry refuses the name by rules of its own; `reason`: in its words. */
  | { code: 'rejected-name'; reason: string }
  /** What reads the name takes a tag or a digest, but not both. */
  | { code: 'tag-and-digest' }
  /** The name is that of an image stream's tag, whose lookup is switched off; `lookUp`: it can be switched on in this namespace. */
  | ({ code: 'stream-tag'; lookUp: boolean } & StreamTag)
  /** OpenShift was to replace the name with the image of this tag of an image stream, and did not. */
  | ({ code: 'image-trigger' } & ImageTrigger)
  /** The name has no registry, and another image suggests one. */
  | ({ code: 'name-beside' } & NameBeside)
  /** The name begins with the address of a web site that shows images, such as Docker Hub's, instead of its registry. */
  | { code: 'web-site'; from: string; to: string }
  /** An image in the same place, at a registry that hides what it lacks, was pulled without a pull secret. */
  | { code: 'open-beside'; beside: string }
  /** Images of the same project and build run, from one other registry. */
  | ({ code: 'build-beside' } & BuildBeside)
  /** Other containers run the image with this tag, which begins like the missing one. */
  | { code: 'tag-beside'; tag: string }
  /** The registry's name is that of a well-known one with a typo. */
  | { code: 'near-registry'; registry: string }
  /** Running containers were pulled from a registry that the one in the image's name is almost called like, and which was not reached. */
  | ({ code: 'host-beside' } & HostBeside)
  /** The repository has no tag `latest`, and its registry says so. */
  | { code: 'no-latest' }
  /**
   * Other pods run the image under this name. `nodes`: some of theirs, where they have pulled it; empty if that is not known, so that it may
   * only have been loaded there. `architectures`: those of their nodes that are known; empty if the pod asks for one.
   */
  | {
      code: 'held-elsewhere'
      pods: number
      nodes: string[]
      architectures: string[]
      /** All their nodes that are known run Linux. */
      onLinux?: true
      pulled?: PulledMeanwhile
      /** All nodes of those architectures, if they take no new pods. */
      cordoned?: string[]
    }
  | ({ code: 'runs-elsewhere' } & RunsElsewhere)
  /** The tag was made from the operating system or the kernel of a node, as operators of drivers do. */
  | { code: 'tag-of-node'; from: 'system' | 'kernel'; value: string }
  /** The tag lacks the operating system that all tags of these drivers end in; `system`: the node's, null if it is not known. */
  | { code: 'driver-without-system'; system: string | null }
