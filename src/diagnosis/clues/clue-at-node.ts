/** The clues of the image's content and of the node. */

import type { HeldPool } from '../../snapshot/node.ts'
import type { HostPort, NodeRestart } from '../../snapshot/snapshot.ts'

/** Snapshotters that load layers while containers run, each a process of its own on most nodes. */
export type LazySnapshotter = 'SOCI' | 'stargz' | 'Nydus' | 'OverlayBD'

/** What a node lacks, with its name. */
export interface MissingTool {
  kind: 'program' | 'module' | 'feature'
  name: string
}

/** What of the image is missing, or is something else than an image for this node. */
export type ContentClue =
  /** The manifest that arrived is not the one that was announced. */
  | { code: 'other-manifest' }
  /** The registry has the tag or the digest, but lacks a manifest that its index lists. */
  | { code: 'missing-child' }
  /** Quay had the tag, and keeps it for some time after it was deleted or has expired. */
  | { code: 'tag-deleted' }
  /** The registry has the manifest, but lacks a layer. */
  | { code: 'missing-layer' }
  /** The image's configuration lists other layers than its manifest: an artifact, or a faulty build. */
  | { code: 'layer-mismatch' }
  /** A layer, unpacked, is not the one that the image's configuration lists (its diff ID). */
  | { code: 'wrong-diff-id' }
  /** The registry has an OCI image or index, and the request did not say that its client reads one. */
  | { code: 'oci-unread' }
  /** The pod's runtime class has a runtime of its own, which may need a certain snapshotter. */
  | { code: 'runtime-class'; name: string }
  /** By the name of its runtime class, the pod runs WebAssembly. */
  | { code: 'runs-wasm' }
  /** The image's name has the digest of an index, which the runtime compares with the manifest for its own platform. */
  | { code: 'digest-of-index' }
  /** A layer that was converted for Nydus, which nothing else reads. */
  | { code: 'nydus-layer' }
  /** An old Docker manifest, schema 1. */
  | { code: 'schema1' }
  /** An OCI artifact that is not a container image, such as a Helm chart. */
  | { code: 'artifact' }
  /** An OCI manifest with a configuration of Docker's type, which containers/image takes for an artifact. */
  | { code: 'mixed-types' }
  /** The registry announced a manifest of one type, `as`, and sent one that says it is of another, which runtimes know as well. */
  | { code: 'mislabeled'; as: string; is: string }
  /** A signature of an image, as cosign, Notation, and Sigstore's bundles store it beside the image. */
  | { code: 'signature-artifact' }
  /** A build attestation (in-toto), which an index lists beside an image, and which is not one. */
  | { code: 'attestation' }
  /** A signed artifact, whose signatures the runtime's store of artifacts can't hold. */
  | { code: 'signed-artifact' }
  /** A layer of a media type that needs another snapshotter. */
  | { code: 'layer-type' }
  /** A layer that can't be unpacked as it was built: its files don't fit together, or the runtime can't read its archive. */
  | { code: 'faulty-layer' }
  /** A layer in a format that the runtime does not support. */
  | { code: 'layer-format' }
  /** Layers that are encrypted (ocicrypt). */
  | { code: 'encrypted' }
  /** A 32-bit runtime on a CPU with 64 bits looked for 32-bit ARM of that CPU's version, v8, which images are not built for. */
  | { code: 'asks-arm-v8' }
  /** The image is for Linux. */
  | { code: 'for-linux' }
  /** The Windows version that the image is for. */
  | { code: 'windows-build'; build: string }
  /** The image is signed, but with another key or by another signer than the policy accepts, under another name, or in another format. */
  | { code: 'signed-otherwise'; with: 'key' | 'name' | 'media-type' }
  /** The signer that the node's signature policy requires, and the one who signed; null if the text does not show that. */
  | { code: 'signer'; demanded: string; actual: string | null }

/** What is wrong on the node: its settings, its disk, its store, and its runtime. */
export type NodeClue =
  /** Docker refuses its client for Kubernetes, which asks with version `client` of its API, where Docker serves those from `minimum` on. */
  | { code: 'docker-api'; client: string; minimum: string }
  /** The node does not report anymore, so what is known of the pull is from before. ISO 8601: its last report; null if that is not known. */
  | { code: 'node-silent'; since: string | null }
  /** The node's disk is so full that its kubelet removes images, by the node's condition; `past`: by events, so that it may be over; `imagesInUse`: it found too few. */
  | { code: 'disk-pressure'; past: boolean; imagesInUse?: true }
  /** The kubelet has begun to pull again after the failed attempt, and the pull has not ended. ISO 8601. */
  | { code: 'pull-goes-on'; since: string }
  /** What runs pulls was started at the time when the pull was canceled. ISO 8601. */
  | { code: 'restarted'; of: NodeRestart['of']; at: string }
  /** The node got rid of its DiskPressure after the newest attempt that failed for lack of space. ISO 8601. */
  | { code: 'disk-relieved'; since: string }
  /** The image does not fit on the node's disk, which has `disk` bytes in all; `bytes`: as another node reports its size. */
  | { code: 'disk-too-small'; disk: number; bytes: number; on: string; packed: boolean }
  /** The node's pool in OpenShift does not give its nodes their newest settings. */
  | ({ code: 'pool-held' } & HeldPool)
  /** The node has an image of this name, which may be the one that it must not pull; null if it lists that itself, but does not find it. */
  | { code: 'other-name'; name: string | null }
  /** The node lists so few images that these are all, and none has the last part of this name. */
  | { code: 'lacks-image' }
  /** The node has other tags of the image's repository: a few of them, first the one that differs by a v in front only; null if none does. */
  | { code: 'other-tags'; tags: string[]; same: string | null }
  /** Other nodes have the image, which this one may not pull by its policy Never, or can't: a few of those that were given it by hand, most likely. */
  | { code: 'on-other-nodes'; nodes: string[] }
  /** The image's registry is at each node's own loopback address: a few nodes where that serves the image, and the pod that should do so here. */
  | { code: 'served-at-nodes'; nodes: string[]; by: HostPort | null }
  /** OpenShift's global pull secret, which is the nodes' own login, has one for the image. */
  | { code: 'global-login' }
  /** The node's settings block the registry itself; only its mirrors may be used. */
  | { code: 'source-blocked' }
  /** The node's policy rejects images from this place, signed or not (policy.json `reject`). */
  | { code: 'not-listed' }
  /** The runtime can't read a key or a certificate that its policy names. */
  | { code: 'policy-key' }
  /** The runtime can't use GnuPG, which it needs for signatures by GPG keys. */
  | { code: 'no-gnupg' }
  /** The runtime was looking for the image's signature at a store of signatures. */
  | { code: 'signature-lookup' }
  /** A verifier of images could not run or did not finish, so nothing is known of the signature. */
  | { code: 'verifier-failed' }
  /** The program, among those that containerd runs as verifiers of images, that rejected the image. */
  | { code: 'verifier'; name: string }
  /** The runtime can't read its settings for registries and mirrors. */
  | { code: 'mirror-config' }
  /** The settings for this host of a mirror say how to use TLS, and its address begins with http://; Talos does not accept both. */
  | { code: 'tls-for-http'; host: string }
  /** The settings for mirrors let no host look up a tag (`resolve`), or send layers (`pull`). */
  | { code: 'no-host'; able: 'resolve' | 'pull' }
  /** The folder whose file system is full. `temporary`: where the runtime unpacks, besides its image store. */
  | { code: 'full-disk-path'; path: string; temporary: boolean }
  /** A quota on the folder, or of the user that writes there, is used up: its file system may have free space. */
  | { code: 'disk-quota' }
  /** The thin pool of devicemapper is full, a part of a disk that has no file system of its own. */
  | { code: 'thin-pool' }
  /** Memory ran out, not the disk. */
  | { code: 'memory' }
  /** The file system below the runtime can't hold layers. */
  | { code: 'file-system' }
  /** The runtime runs in a user namespace that lacks IDs of the image's files. */
  | { code: 'user-namespace' }
  /** The runtime has no snapshotter to unpack with, or not the one of this name. */
  | { code: 'no-unpacker'; snapshotter: string | null }
  /** The node lacks what unpacking needs: a program or a kernel module. */
  | ({ code: 'missing-tool' } & MissingTool)
  /** The kernel refused the runtime something: it lacks a right, or reached a limit on open files or processes. */
  | { code: 'kernel-refuses'; for: 'rights' | 'limit' }
  /** The kubelet got no answer from its runtime: the connection broke off, it starts, it has no CRI service, or it took too long. */
  | { code: 'runtime-lost'; how: 'gone' | 'starting' | 'no-cri' | 'slow' }
  /** The kubelet can't write its own records of pulls, which it does before it asks the runtime. */
  | { code: 'pull-records' }
  /** Another pull on the node held the same layer. */
  | { code: 'locked-layer' }
  /** A folder of its store that the runtime makes when it starts was removed while it ran. */
  | { code: 'store-folder-gone' }
  /** The pool of devicemapper and the records of its devices contradict each other. */
  | { code: 'thin-devices' }
  /** An extended attribute that could not be set on a file: nothing holds it there, the file was not found, or the kernel rejects its value. Null: not named. */
  | { code: 'file-attribute'; name: string | null; error: 'unsupported' | 'missing' | 'invalid' }
  /** The runtime's records of its snapshots contradict each other. */
  | { code: 'torn-store' }
  /** The kubelet got an answer about the image on the node without its ID or its size. */
  | { code: 'no-image-size' }
  /** The runtime can't mount images as volumes. */
  | { code: 'no-image-volumes' }
  /** cri-dockerd got an answer about the image on the node without its configuration. */
  | { code: 'no-image-config' }
  /** The file of those settings that the text names. */
  | { code: 'settings-file'; path: string }
  /** The settings for registries are in a format that newer runtimes no longer read, and none reads in a drop-in. */
  | { code: 'old-settings' }
  /** The runtime can't read this file of its signature policy, or it is missing. */
  | { code: 'policy-file'; path: string; missing: boolean }
  /** A snapshotter that is a process of its own does not run. */
  | { code: 'snapshotter-gone' }
  /** A snapshotter that loads layers lazily could not mount one; null if the text does not show which. */
  | { code: 'lazy-snapshotter'; name: LazySnapshotter | null }
  /** The registry refused a snapshotter that requests the layers itself, as it sent no login. */
  | { code: 'snapshotter-without-login' }
  /** containerd did not hand the image's name to the snapshotter, which requests the layers itself. */
  | { code: 'snapshotter-without-name' }
  /** The kernel refused a mount. The snapshotter and the type of the file system are null if the text does not show them. */
  | { code: 'mount-refused'; snapshotter: string | null; fileSystem: string | null; error: string }
  /** The image has more layers than the runtime's storage can stack. */
  | { code: 'too-many-layers' }
  /** Windows kept the runtime from a file of its own store: it denied access, or another process uses the file. */
  | { code: 'file-denied' }
  /** Windows could not store a layer, for a reason of its own: what its own function answered. */
  | { code: 'windows-call'; call: string; answer: string }
  /** Another process uses a mount that the runtime has to remove. */
  | { code: 'busy-mount' }
  /** The node's disk or file system fails. */
  | { code: 'disk-fault' }
  /** A write failed with an error of the disk, as that of a virtual machine does when its host's is full. */
  | { code: 'failed-write' }
  /** Nothing can be written to the file system: the kernel makes one read-only after errors of its disk. */
  | { code: 'read-only' }
  /** pigz, which unpacks gzip for the runtime, found a layer damaged. */
  | { code: 'pigz' }
  /** A layer arrived incomplete or damaged. */
  | { code: 'partial-layer' }
  /** A download that failed its check was discarded, so no image was made. */
  | { code: 'discarded' }
  /** How many bytes arrived, and of how many; `of` is null if the error gives only the digest of what arrived. */
  | { code: 'arrived'; bytes: number; of: number | null }
  /** containerd keeps what it has of a download, whose size or digest is not the announced one. `digest`: the announced one; `unread`: it read none of it. */
  | { code: 'kept-download'; digest: string | null; unread: boolean }
  /** The runtime's content store lacks a layer of an image that the node has. */
  | { code: 'content-gone' }
  /** The runtime looked for its pause image by this name among the images of the node, and asked no registry. */
  | { code: 'not-on-node' }
  /** What unpacks layers in a guest ended while one was still arriving. */
  | { code: 'guest-gave-up' }
  /** The process that unpacks layers was killed, or could not be started. */
  | { code: 'unpacker-killed' }
  /** The runtime's list of layers is unreadable, or a layer that others build on is missing. */
  | { code: 'broken-store' }
  /** The store has the image with this ID already, made of other layers, so that the copy that was pulled can't be stored beside it. */
  | { code: 'other-copy'; id: string }
  /** containerd does not find an image by the name that an import gave it. */
  | { code: 'imported-name' }
  /** The runtime's store on the node is damaged: the image was pulled but can't be found. */
  | { code: 'damaged-store' }
