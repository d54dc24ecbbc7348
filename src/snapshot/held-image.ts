/** What is known of images where they are: the pods and the logins that run one, and how much room it takes. */

/** An image that nodes have pulled and run. */
export interface HeldImage {
  /** The full name. */
  reference: string
  /** How many pods run it. */
  pods: number
  /** A few of their nodes. */
  nodes: string[]
  /** Of all their nodes that are known. */
  architectures: string[]
  /** All their nodes that are known run Linux; absent otherwise. */
  onLinux?: true
  /** The pods that run it, by namespace and pull secrets. */
  by: HeldBy[]
  /** Other logins for it than failing pods have. */
  otherLogins: OtherLogin[]
  /** All nodes of those architectures in the dump, if none of them takes new pods because they are cordoned; absent otherwise. */
  cordoned?: string[]
  /** When nodes last pulled it, the newest first: a few of them. Absent if no event tells. */
  pulls?: { node: string; at: string }[]
}

/** How much room an image takes. */
export interface ImageSize {
  /** The full name. */
  reference: string
  /** As the node `node` reports it. */
  bytes: number
  node: string
  /** That is the size of its compressed layers, as containerd reports it; unpacked, they take more. */
  packed: boolean
}

/** Pods of one namespace with the same pull secrets. */
export interface HeldBy {
  namespace: string
  pullSecrets: string[]
  nodes: string[]
}

/**
 * A pull secret that pods run an image with, and whose login for it is none of those in the pull secrets of the failing pods of `namespace`
 * with these pull secrets: in their namespace, or of the same name in another one.
 */
export interface OtherLogin {
  namespace: string
  pullSecrets: string[]
  /** `alone`: neither secret has anything but a login under the same key, so that one can replace the other. */
  other: { namespace: string; secret: string; alone: boolean }
}
