/** The clues of the way to the host, of the image's content, and of the node. */

import type { HeldPool } from '../snapshot/node.ts'
import type { FailedMirrors } from './failed-mirrors.ts'

/** Why the runtime rejected a certificate, or the server rejected the client's. */
export type CertificateProblem =
  | 'unknown-authority'
  | 'expired'
  | 'wrong-name'
  | 'no-name'
  | 'no-alternative-name'
  | 'client'
  | 'legacy'

/** Where a host name comes from that nobody replaced: charts of products, new Helm charts, or documentation. */
export type DefaultName = 'harbor' | 'gitlab' | 'helm' | 'documentation'

/** A DNS server knows no address for the name, did not answer in time, or answered with an error. */
export type DnsAnswer = 'none' | 'late' | 'error'

/** Whose address a name led to: the node's own loopback, or that of a company whose addresses forged DNS answers give for blocked hosts. */
export type AddressOwner = 'node' | 'meta' | 'x' | 'dropbox'

/** Snapshotters that load layers while containers run, each a process of its own on most nodes. */
export type LazySnapshotter = 'SOCI' | 'stargz' | 'Nydus' | 'OverlayBD'

/** What a node lacks, with its name. */
export interface MissingTool {
  kind: 'program' | 'module'
  name: string
}

/** The upstream that a registry could not fetch from, and whether it did not accept the certificate there. */
export interface UpstreamError {
  host: string
  certificate: boolean
}

/** What is on the way to the host: names, addresses, proxies, mirrors, and TLS. */
export type WayClue =
  /** A web page came back instead of a registry's answer. */
  | { code: 'web-page' }
  /** That page came in place of a token: the registry itself had answered, and named the address for tokens. */
  | { code: 'page-for-token' }
  /** An answer that no registry gives: a challenge, a token, a redirect, a range, or an encoding that does not fit the request. */
  | { code: 'odd-answer' }
  /** The registry or a proxy answered with this status: 5xx, 404, 405, or one that has no cause of its own. */
  | { code: 'status'; status: number }
  /** A mirror's endpoint is configured without `https://`, or with two schemes. */
  | { code: 'endpoint-scheme' }
  /** The registry announces an address for tokens that has no scheme of a URL, or none that clients know. */
  | { code: 'realm-scheme'; realm: string }
  /** The settings for Docker Hub name as a server what is only its name in images, or its web site. */
  | { code: 'literal-server'; host: 'docker.io' | 'hub.docker.com' }
  /** A host name that charts or documentation have until somebody sets the real one. */
  | { code: 'default-name'; of: DefaultName }
  /** The address is the node's own loopback. */
  | { code: 'loopback' }
  /** The host's name resolved to this address, which can't be the host's own. */
  | { code: 'misresolved'; address: string; owner: AddressOwner }
  /** An address of a private network. */
  | { code: 'private-address' }
  /** The name of a Service: nodes don't use the cluster's DNS. */
  | { code: 'service-name' }
  /** Another node that got an answer from the host, at about the same time. */
  | { code: 'answers-elsewhere'; node: string }
  /** Only this node does not reach the host; `nodes` run images from there. `hosts`: all that it alone does not reach, if that is all that is known of its way out. */
  | { code: 'node-apart'; nodes: string[]; hosts: string[] }
  /** The DNS server that the node queried. `refused`: nothing listens there. */
  | { code: 'dns-server'; server: string; refused: boolean }
  /** What came back when the node asked for the address of a name. */
  | { code: 'dns-answer'; answer: DnsAnswer }
  /** HTTPS_PROXY says https://, but the proxy speaks plain HTTP. */
  | { code: 'proxy-scheme' }
  /** The connection to the proxy failed, so the proxy refused nothing. */
  | { code: 'proxy-unreached' }
  /** The proxy's address in the runtime's settings can't be parsed. */
  | { code: 'proxy-unreadable' }
  /** The proxy wants a login. */
  | { code: 'proxy-login' }
  /** The host that the node asked a proxy for. */
  | { code: 'behind-proxy'; host: string }
  /** The node has no route for addresses of this family; `lost`: it had one earlier in the pull. */
  | { code: 'no-route'; family: 'IPv4' | 'IPv6'; lost?: true }
  /** The registry says that it could not fetch from its upstream. */
  | ({ code: 'upstream-error' } & UpstreamError)
  /** The registry's mirrors failed, too. */
  | ({ code: 'mirrors-failed' } & FailedMirrors)
  /** A certificate was not accepted. */
  | { code: 'certificate'; problem: CertificateProblem }
  /** The runtime could not read or use a certificate or key file that its own settings name. */
  | { code: 'certificate-file' }
  /** Until or from when the certificate is valid (ISO 8601), and on which side of that the node's clock is. */
  | { code: 'certificate-date'; date: string; side: 'after' | 'before' }
  /** The node's clock, as an error quotes it (ISO 8601), and how much it is wrong, at least. */
  | { code: 'clock-off'; shows: string; seconds: number }
  /** The name or names that a certificate is for. */
  | { code: 'certificate-for'; names: string }
  /** The default certificate of an ingress controller. */
  | { code: 'ingress-default' }
  /** What the host speaks where the runtime expected the other one. */
  | { code: 'speaks'; scheme: 'http' | 'https' }
  /** Why the connection was not opened: nothing accepted it, or there is no way to the network or to the host. */
  | { code: 'unopened'; why: 'refused' | 'network' | 'host' | 'node' }
  /** The connection was opened, and then closed or reset. */
  | { code: 'cut-off' }
  /** The transfer of a layer had begun when it broke off, so every host on the way was reached. */
  | { code: 'interrupted' }
  /** A TLS alert or a damaged record, with no word of a certificate. */
  | { code: 'tls-alert' }
  /** The manifest had arrived, and the text does not name the host that the registry redirected the download to; `hosts`: where it may be. `from`: the private address that it came from. */
  | { code: 'download-host'; hosts: string; from: string | null }
  /** The layer is one of the image's Windows base image, which Microsoft serves, and not the image's registry. */
  | { code: 'windows-base' }
  /** A mirror answered, as the request names the registry that it stands for (`?ns=`); the text does not name it. */
  | { code: 'unnamed-mirror' }
  /** The other side rejected what the node offered in the TLS handshake: versions, ciphers, or the name. */
  | { code: 'tls-refused' }
  /** The version of TLS that the other side chose, and that the node does not accept. */
  | { code: 'tls-version'; chosen: '1.0' | '1.1' | '1.2' }
  /** The connection was opened, but the TLS handshake did not end in time. */
  | { code: 'tls-unfinished' }
  /** The connection was opened, but no complete answer came in time. */
  | { code: 'unanswered' }
  /** The host answered 408: the request did not arrive whole in time. */
  | { code: 'request-late' }

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
  /** By the name of its runtime class, the pod runs WebAssembly. */
  | { code: 'runs-wasm' }
  /** An old Docker manifest, schema 1. */
  | { code: 'schema1' }
  /** An OCI artifact that is not a container image, such as a Helm chart. */
  | { code: 'artifact' }
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
  /** The image is for Linux. */
  | { code: 'for-linux' }
  /** The Windows version that the image is for. */
  | { code: 'windows-build'; build: string }
  /** The image is signed, but with another key or by another signer than the policy accepts, under another name, or in another format. */
  | { code: 'signed-otherwise'; with: 'key' | 'name' | 'media-type' }
  /** The signer that the node's signature policy requires. */
  | { code: 'signer'; demanded: string }

/** What is wrong on the node: its settings, its disk, its store, and its runtime. */
export type NodeClue =
  /** The node does not report anymore, so what is known of the pull is from before. ISO 8601: its last report; null if that is not known. */
  | { code: 'node-silent'; since: string | null }
  /** The node's disk is so full that its kubelet removes images, by the node's condition; `past`: by events, so that it may be over. */
  | { code: 'disk-pressure'; past: boolean }
  /** The node's pool in OpenShift does not give its nodes their newest settings. */
  | ({ code: 'pool-held' } & HeldPool)
  /** Other nodes have the image, which the pull policy Never keeps this one from pulling: a few of them. */
  | { code: 'on-other-nodes'; nodes: string[] }
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
  /** The runtime can't read its settings for registries and mirrors. */
  | { code: 'mirror-config' }
  /** The settings for this host of a mirror say how to use TLS, and its address begins with http://; Talos does not accept both. */
  | { code: 'tls-for-http'; host: string }
  /** The settings for mirrors let no host look up a tag (`resolve`), or send layers (`pull`). */
  | { code: 'no-host'; able: 'resolve' | 'pull' }
  /** The folder whose file system is full. `temporary`: where the runtime unpacks, besides its image store. */
  | { code: 'full-disk-path'; path: string; temporary: boolean }
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
  /** The folder in which the runtime unpacks layers was removed while it ran (containerd/containerd#7834). */
  | { code: 'store-folder-gone' }
  /** The pool of devicemapper and the records of its devices contradict each other. */
  | { code: 'thin-devices' }
  /** An extended attribute that could not be set on a file: nothing holds it there, or the file was not found. */
  | { code: 'file-attribute'; name: string; error: 'unsupported' | 'missing' }
  /** The runtime's records of its snapshots contradict each other. */
  | { code: 'torn-store' }
  /** The kubelet got an answer about the image on the node without its ID or its size. */
  | { code: 'no-image-size' }
  /** cri-dockerd got an answer about the image on the node without its configuration. */
  | { code: 'no-image-config' }
  /** The settings for registries are in a format that newer runtimes no longer read. */
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
  /** The runtime's store on the node is damaged: the image was pulled but can't be found. */
  | { code: 'damaged-store' }
