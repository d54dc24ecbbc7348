/** Steps at the nodes: the way from them to a host, mirrors, certificates, policies, and what is wrong with a node itself. */

import type { ClueOf } from '../../diagnosis/clues/clue.ts'
import type { LazySnapshotter, MissingTool } from '../../diagnosis/clues/clue-at-node.ts'
import type {
  AddressOwner,
  CertificateProblem,
  DefaultName,
  MachineNamer,
  ProxyAnswer,
  UnreachedServer,
  UnusableFile,
} from '../../diagnosis/clues/clue-on-way.ts'
import type { NodeService, PeerMirror } from '../../diagnosis/node/node-services.ts'
import type { EndpointRole, NamedEndpoint } from '../../diagnosis/text/endpoint.ts'
import type { HostPort } from '../../snapshot/snapshot.ts'
import type { StoreStep } from './step-at-store.ts'

/** A policy on the node: a registry that is blocked, images that are on no list, or signatures. */
export type NodePolicy = 'blocked' | 'rejected' | 'signature'

/** Products that announce a token server of their own, each by a setting of another name. */
export type RealmProduct = 'gitea' | 'harbor' | 'gitlab' | 'quay' | 'artifactory' | 'nexus'

/** Every step at the nodes, and on the way from them to a registry. */
export type StepAtNode =
  | HostNameStep
  | DnsStep
  | NetworkStep
  | ProxyStep
  | AnswerStep
  | CertificateStep
  | MirrorStep
  | NodeServiceStep
  | ServiceStep
  | PolicyStep
  | NodeStep
  | StoreStep
  | SnapshotterStep
  | SandboxStep

/** Repair the way to a host, and the connection to it. */
export type NetworkStep =
  /** `test`: it is not known that the other node still gets answers, so the test has to show that. */
  | { code: 'compare-nodes'; host: string; node: string; about: 'name' | 'way'; test?: true }
  /** Other nodes, such as `nodes`, run the images of all these hosts. */
  | { code: 'check-way-out'; node: string; hosts: string[]; nodes: string[]; about: 'name' | 'way' }
  | { code: 'leave-node'; node: string }
  /** `address`: the one without a free port; null if the text names none. */
  | { code: 'free-ports'; address: string | null }
  | ({
      code: 'test-connection'
      scheme: 'https' | 'http'
      /** Whether the host serves plain HTTP, where nothing answered over HTTPS. */
      instead?: true
      /** The path of the manifest that the host failed at, with its query: asking for less might look healthy. */
      manifest?: string
      /** The name whose address the host is, where the text has only that: certificates are for names. */
      name?: string
    } & NamedEndpoint)
  | ({ code: 'open-host' } & NamedEndpoint)
  /** `hosts`: where the registry redirects downloads to; `from`: the private address that the node downloads from. */
  | { code: 'open-download-host'; registry: string; hosts: string; from: string | null }
  | ({ code: 'check-listener' } & NamedEndpoint)
  /** It was reached, and broke off its answer. */
  | ({ code: 'front-log' } & NamedEndpoint)
  | ({ code: 'check-mtu' } & NamedEndpoint)
  | { code: 'give-route'; host: string; family: 'IPv4' | 'IPv6'; lost?: true }

/** Let nodes find the address of a host by its name. */
export type DnsStep =
  | { code: 'resolve-host'; host: string }
  | { code: 'node-resolver'; host: string }
  /** `unreached`: why the node's question did not arrive at the server; null if it may have. */
  | { code: 'fix-dns'; host: string; server: string | null; unreached: UnreachedServer | null }
  /** `serves`: the pod itself answers for the cluster's DNS Service. `certain`: whether that Service has this address, most likely. */
  | { code: 'own-name-server'; server: string; serves: boolean; certain: boolean }
  | { code: 'token-realm'; host: string; registry: string; product: RealmProduct | null }
  | { code: 'resolve-elsewhere'; host: string; address: string; owner: AddressOwner }

/** Replace a host's name that nodes can't use. */
export type HostNameStep =
  | { code: 'bare-host'; host: string }
  | ({ code: 'machine-name'; by: MachineNamer } & NamedEndpoint)
  | ({ code: 'default-name'; of: DefaultName; registry: string | null } & NamedEndpoint)
  | {
      code: 'replace-service-name'
      host: string
      role: EndpointRole
      /** Null where the name does not show it. */
      service: { name: string; namespace: string } | null
    }
  | { code: 'replace-loopback'; host: string; role: EndpointRole }
  /** `nodes`: where it serves the image; `by`: the pod that should do so on this node, if that is known. */
  | { code: 'serve-loopback'; host: string; nodes: string[]; by: HostPort | null }
  /** The name is in the images of these workloads. */
  | { code: 'change-host'; host: string }

/** Find, correct, or go around a proxy between the nodes and a host. */
export type ProxyStep =
  | { code: 'show-proxy' }
  | { code: 'fix-proxy'; host: string | null; scheme: boolean }
  | { code: 'desktop-proxy'; host: string | null; wanted: string }
  | { code: 'pass-proxy'; host: string; answer: ProxyAnswer | null }
  | { code: 'proxy-login' }
  | { code: 'bypass-proxy'; host: string }

/** Find out why a host that was reached sends something other than the image. */
export type AnswerStep =
  | { code: 'who-answered'; host: string }
  | { code: 'page-instead'; host: string }
  /** `host`: the token server; null if the text does not name it. */
  | { code: 'page-for-token'; registry: string; host: string | null; product: RealmProduct | null }
  /** `realm`: the address for tokens that the host announces. */
  | ({ code: 'realm-scheme'; realm: string } & NamedEndpoint)
  /** `url`: the last address of them that the text names. */
  | ({ code: 'end-redirects'; url: string } & NamedEndpoint)
  | { code: 'pull-quota' }
  | { code: 'check-download'; host: string }
  | { code: 'whole-layers'; host: string }
  | { code: 'serve-layers'; host: string; registry: string }
  | { code: 'storage-refused'; host: string }
  | { code: 'ask-layer'; host: string; layer: string }
  | { code: 'layer-refused'; host: string | null }
  | { code: 'status-page'; host: string; registry: string; role: EndpointRole }
  | ({ code: 'set-online' } & NamedEndpoint)

/** Repair TLS: a host's certificate, and who has to trust it. */
export type CertificateStep =
  | { code: 'show-certificate'; host: string }
  | { code: 'correct-certificate-file' }
  /** `others`: nodes where pods run the same image, so that it is there, most likely. */
  | ({ code: 'restore-certificate-file'; others: string[] } & UnusableFile)
  | { code: 'trust-authority'; host: string; intercepted: boolean; replaced: boolean }
  /** Other nodes, such as `node`, run the image, most likely because they trust the authority. */
  | { code: 'authority-of-others'; host: string; node: string }
  | { code: 'tls-between'; host: string }
  | { code: 'other-tls-version'; host: string; chosen: ClueOf<'tls-version'>['chosen'] }
  | { code: 'renew-certificate'; host: string; problem: CertificateProblem }
  | { code: 'public-certificate'; host: string; problem: CertificateProblem }
  | { code: 'ingress-certificate'; host: string }
  | { code: 'serve-tls'; host: string }
  | { code: 'allow-http'; host: string }
  /** `proven`: the text shows that the host speaks TLS. */
  | { code: 'use-https'; host: string; proven: boolean; status?: number }

/** Repair a mirror or cache, or what the nodes have set about it. */
export type MirrorStep =
  | { code: 'start-local-registry'; container: string }
  | { code: 'check-mirror'; host: string; registry: string }
  | { code: 'broken-mirror'; host: string; registry: string; why: string }
  | { code: 'mirror-login'; host: string; registry: string; sent: 'nothing' | 'unknown' }
  /** `nodes`: those that pulled the image, the last one at `at` (ISO 8601). */
  | { code: 'compare-mirrors'; registry: string; nodes: string[]; at: string }
  | { code: 'name-at-mirror'; host: string; registry: string }
  | {
      code: 'mirror-settings'
      host: string | null
      registry: string
      about:
        | 'endpoint'
        | 'other-registry'
        | 'instead'
        | 'token'
        | 'scheme'
        | 'web-page'
        | 'page-path'
        | 'unreadable'
        | 'old-format'
        | 'answered'
        | 'literal-server'
        | 'list'
        | 'former'
        | 'basic'
        | 'no-resolve'
        | 'no-pull'
        | 'doubled-path'
        | 'unnamed'
        | 'tls-for-http'
        | 'wildcard'
        | 'one-platform'
    }
  | { code: 'unblock-upstream'; host: string }
  | {
      code: 'mirror-limit'
      host: string
      registry: string
      /** The cache is on the node's loopback, and names of images are rewritten to go through it, as kube-image-keeper does. */
      rewrites: boolean
      /** The host may as well be another name of Docker Hub. */
      perhaps?: true
      /** The account that it uses at the registry, and that has no pulls left; absent if that is not known. */
      account?: string
    }
  | { code: 'restore-upstream'; host: string; certificate: boolean; registry: string }
  | {
      code: 'mirror-lacks-image'
      host: string
      registry: string
      /** What the registry itself can do: it was not needed, must not be asked, or can't be reached; `resolved`: only a manifest of the image is missing; or the mirror, if it only offers what other nodes have. */
      source: 'other' | 'blocked' | 'unreachable' | 'resolved' | PeerMirror
    }

/** See what listens on the node itself. */
export type NodeServiceStep =
  | { code: 'node-mirror'; host: string; service: NodeService | null }
  | { code: 'node-registry'; host: string; service: NodeService | null }
  | { code: 'node-port-registry'; host: string; port: number; service: NodeService | null }
  | { code: 'node-service'; host: string; service: NodeService }

/** Look at a Service of the cluster that nodes pull from. */
export type ServiceStep =
  /** `isOpenShift`: it is the one of OpenShift's own registry. */
  | { code: 'service-pods'; name: string; namespace: string; isOpenShift: boolean }
  | ({ code: 'service-network'; node: string | null } & NamedEndpoint)
  | { code: 'node-ca'; node: string | null }

/** See and satisfy a policy on the node. */
export type PolicyStep =
  | { code: 'show-policy'; kind: NodePolicy }
  | { code: 'show-image-settings' }
  | { code: 'show-policy-file'; path: string }
  | { code: 'repair-policy-file'; path: string; missing: boolean }
  | { code: 'signature-store' }
  /** containerd takes a program of the network for a verifier. */
  | { code: 'verifier-folder'; name: string }
  | { code: 'restore-policy-key' }
  | { code: 'repair-gnupg' }
  | { code: 'repair-verifier' }
  | { code: 'content-trust' }
  /** `host`: the registry of the artifact. */
  | { code: 'leave-signatures'; host: string }
  | {
      code: 'satisfy-policy'
      kind: NodePolicy
      /** How the image's signature differs from what the policy accepts; null if it may have none. */
      signed: ClueOf<'signed-otherwise'>['with'] | null
    }

/** Repair the node: its runtime, its kernel, its memory, and its clock. */
export type NodeStep =
  | { code: 'check-clock' }
  | { code: 'show-memory' }
  | { code: 'show-killed' }
  | { code: 'more-memory' }
  | ({ code: 'install-tool' } & MissingTool)
  | { code: 'raise-limits' }
  | { code: 'give-rights' }
  /** A release that fails so by a fault of its own. */
  | { code: 'known-fault'; of: 'docker' | 'attributes' | 'bottlerocket' }
  | { code: 'show-denials' }
  | { code: 'file-attribute' }
  | { code: 'compare-versions' }
  | { code: 'decryption-key' }
  | { code: 'free-kubelet-disk' }
  | { code: 'open-records' }
  | { code: 'more-ids' }
  | { code: 'runtime-log' }
  | { code: 'update-runtime' }
  | { code: 'match-docker' }
  /** Versions of Docker's API: the one that its client for Kubernetes asks with, and the oldest that it serves. */
  | { code: 'match-docker-api'; client: string; minimum: string }
  /** Have a runtime that mounts images as volumes, or do without such volumes. */
  | { code: 'mount-images' }
  | { code: 'classic-image-store' }
  | { code: 'correct-login-file'; path: string }
  | { code: 'start-runtime'; socket: string | null }
  | { code: 'enable-cri' }
  /** `before`: so that the kubelet finds the image there, whose pulls end too early. */
  | { code: 'pull-by-hand'; image: string; before?: true }
  | { code: 'enter-node' }

/** Repair or go around a snapshotter, or the setting that names it. */
export type SnapshotterStep =
  | { code: 'start-snapshotter'; name: LazySnapshotter | null }
  | { code: 'snapshotter-log'; name: LazySnapshotter | null }
  | { code: 'snapshotter-login'; name: LazySnapshotter | null }
  | { code: 'annotate-snapshots'; name: LazySnapshotter | null }
  | { code: 'bypass-snapshotter' }
  | { code: 'define-unpacker'; snapshotter: string | null }
  | ({ code: 'refused-mount' } & Omit<ClueOf<'mount-refused'>, 'code'>)

/** Get a pause image onto a node, which the runtime pulls with its own settings. */
export type SandboxStep =
  | { code: 'restore-sandbox-image' }
  | { code: 'renew-sandbox-image' }
  /**
   * `full`: the name with its registry, where the runtime did not find the image by its short one; `own`: the image that the node's distribution
   * sets, where the runtime asked for containerd's default; `closedTo`: the host that the network may be closed to on purpose.
   */
  | { code: 'set-sandbox-image'; image: string; full?: string; own?: string; closedTo?: string }
  | { code: 'sandbox-login'; registry: string }
  | { code: 'ecr-login-of-node'; region: string | null }
