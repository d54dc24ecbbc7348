/** The vocabulary of clues: what else, besides the cause, a failed pull can show. */

import type { Placeholder } from '../image/placeholder.ts'
import type { NameBeside } from '../image/similar-names.ts'
import type { Unreplaced } from '../snapshot/owners.ts'
import type { PodMaker, PodOperator } from '../snapshot/pod.ts'
import type { OtherPlace } from './access-demands.ts'
import type { ProviderProblem } from './credential-provider.ts'
import type { FailedMirrors } from './endpoint.ts'
import type { Lapse } from './lapse.ts'
import type { PerimeterRefusal } from './perimeter.ts'

/** Why the runtime rejected a certificate, or the server rejected the client's. */
export type CertificateProblem =
  | 'unknown-authority'
  | 'expired'
  | 'wrong-name'
  | 'no-alternative-name'
  | 'client'
  | 'legacy'

/** The kinds of AWS policies that can refuse a pull, as AWS names them in its errors. */
export type AwsPolicy =
  | 'service-control'
  | 'resource-control'
  | 'permissions-boundary'
  | 'session'
  | 'identity'
  | 'resource'
  | 'vpc-endpoint'

/** Where a host name comes from that nobody replaced: charts of products, new Helm charts, or documentation. */
export type DefaultName = 'harbor' | 'gitlab' | 'helm' | 'documentation'

/** Snapshotters that load layers while containers run, each a process of its own on most nodes. */
export type LazySnapshotter = 'SOCI' | 'stargz' | 'Nydus' | 'OverlayBD'

/** One clue. Titles and steps use it (report/words, advice). */
export type Clue =
  /** A web page came back instead of a registry's answer. */
  | { code: 'web-page' }
  /** Nexus can't reach the upstream of its proxy repository, and blocks it for a while. */
  | { code: 'upstream-blocked' }
  /** A cache says that its upstream (remote, proxy) repository is not set up properly. */
  | { code: 'upstream-setup' }
  /** The image's name goes through a cache: its path begins with the registry that the cache fetches from. */
  | { code: 'relays'; upstream: string }
  /** A 403 whose text gives no reason: whoever answered sent nothing else, or the runtime did not read it. */
  | { code: 'bare-refusal' }
  /** A 403 without a reason for a layer, after the manifest was given: the registry redirects to where its layers are, or something is on the way. */
  | { code: 'layer-refused' }
  /** The kubelet could not read a pull secret of the pod. */
  | { code: 'unreadable-secret' }
  /** The registry says that another one has the image. */
  | ({ code: 'served-at' } & OtherPlace)
  /** The registry gives the image only to accounts that have accepted its terms. */
  | { code: 'terms' }
  /** Harbor names the action that it refused: to an account that is not allowed it, and to anyone whose login it does not know. */
  | { code: 'named-action' }
  /** IBM Cloud's words, and CRI-O's for any 401, whether or not a login was sent (containers/image, docker/errors.go; opendatahub-io/notebooks#1980). */
  | { code: 'ambiguous-refusal' }
  /** A 401. */
  | { code: 'unauthorized' }
  /** The registry answered 412. */
  | { code: 'precondition-failed' }
  /** A mirror's endpoint is configured without `https://`, or with two schemes. */
  | { code: 'endpoint-scheme' }
  /** A number without quotes in YAML became `1.7e+11`. */
  | { code: 'unquoted-number' }
  /** The name still has a placeholder that a template or an injector should have replaced. */
  | { code: 'placeholder'; of: Placeholder }
  /** The name is an ID, by which a client lists an image on its own machine. */
  | { code: 'image-id' }
  /** The name starts with a URL scheme. */
  | { code: 'reference-scheme' }
  /** A short name that the node's runtime does not resolve. */
  | { code: 'short-name' }
  /** The name has no registry, and another image suggests one. */
  | ({ code: 'name-beside' } & NameBeside)
  /** The host is Docker Hub's web site, not its registry. */
  | { code: 'web-site' }
  /** The registry's name is that of a well-known one with a typo. */
  | { code: 'near-registry'; registry: string }
  /** The settings for Docker Hub name docker.io as a server, which is only its name in images. */
  | { code: 'literal-server' }
  /** A host name that charts or documentation have until somebody sets the real one. */
  | { code: 'default-name'; of: DefaultName }
  /** The address is the node's own loopback. */
  | { code: 'loopback' }
  /** The host's name resolved to this loopback address of the node. */
  | { code: 'dialed-loopback'; address: string }
  /** An address of a private network. */
  | { code: 'private-address' }
  /** The name of a Service: nodes don't use the cluster's DNS. */
  | { code: 'service-name' }
  /** Another node that got an answer from the host, at about the same time. */
  | { code: 'answers-elsewhere'; node: string }
  /** The DNS server that the node queried. */
  | { code: 'dns-server'; server: string }
  /** HTTPS_PROXY says https://, but the proxy speaks plain HTTP. */
  | { code: 'proxy-scheme' }
  /** The connection to the proxy failed, so the proxy refused nothing. */
  | { code: 'proxy-unreached' }
  /** The host that the node asked a proxy for. */
  | { code: 'behind-proxy'; host: string }
  /** The node has no route for addresses of this family. */
  | { code: 'no-route'; family: 'IPv4' | 'IPv6' }
  /** The node's settings block the registry itself; only its mirrors may be used. */
  | { code: 'source-blocked' }
  /** The node's policy rejects images from this place, signed or not (policy.json `reject`). */
  | { code: 'not-listed' }
  /** The registry's mirrors failed, too. */
  | ({ code: 'mirrors-failed' } & FailedMirrors)
  /** The address that the registry blocks. */
  | { code: 'caller-address'; address: string }
  /** The account that the registry refused, and what it is not allowed to do; `action` is null if the text names none. */
  | { code: 'caller'; name: string; action: string | null }
  /** The AWS policy that denies the pull, or that would have to allow it; null if the text names none. */
  | { code: 'aws-policy'; policy: AwsPolicy | null; denies: boolean }
  /** The repository has no tag `latest`, and its registry says so. */
  | { code: 'no-latest' }
  /** The token has expired. */
  | { code: 'expired' }
  /** The kubelet's credential provider on the node failed or could not be started. */
  | { code: 'credential-provider' }
  /** Why that provider failed, in its own words or the kubelet's. */
  | { code: 'provider-reason'; problem: ProviderProblem; reason: string }
  /** A certificate was not accepted. */
  | { code: 'certificate'; problem: CertificateProblem }
  /** Until or from when the certificate is valid (ISO 8601), and on which side of that the node's clock is. */
  | { code: 'certificate-date'; date: string; side: 'after' | 'before' }
  /** The node's clock, as an error quotes it (ISO 8601), and how much it is wrong, at least. */
  | { code: 'clock-off'; shows: string; seconds: number }
  /** The name or names that a certificate is for. */
  | { code: 'certificate-for'; names: string }
  /** The default certificate of an ingress controller. */
  | { code: 'ingress-default' }
  /** The node does not report anymore, so what is known of the pull is from before. ISO 8601: its last report; null if that is not known. */
  | { code: 'node-silent'; since: string | null }
  /** The node's disk is so full that its kubelet removes images. */
  | { code: 'disk-pressure' }
  /** The pod runs on a Windows node, and asks for no operating system. */
  | { code: 'any-os' }
  /** The pod asks for Windows, by its own fields or by the name of what it belongs to. */
  | { code: 'asks-windows' }
  /** What the host speaks where the runtime expected the other one. */
  | { code: 'speaks'; scheme: 'http' | 'https' }
  /** The image is for Linux. */
  | { code: 'for-linux' }
  /** The Windows version that the image is for. */
  | { code: 'windows-build'; build: string }
  /** The name contains quotation marks or white space. */
  | { code: 'stray-character'; sign: 'quote' | 'space' }
  /** Why the connection was not opened: nothing accepted it, or there is no way to the network or to the host. */
  | { code: 'unopened'; why: 'refused' | 'network' | 'host' }
  /** The connection was opened, and then closed or reset. */
  | { code: 'cut-off' }
  /** The transfer of a layer had begun when it broke off, so every host on the way was reached. */
  | { code: 'interrupted' }
  /** A TLS alert or a damaged record, with no word of a certificate. */
  | { code: 'tls-alert' }
  /** The connection was opened, but the TLS handshake did not end in time. */
  | { code: 'tls-unfinished' }
  /** The connection was opened, but no complete answer came in time. */
  | { code: 'unanswered' }
  /** The registry is a cache, and its upstream limits it. */
  | { code: 'upstream-limit' }
  /** A 429 without the registry's message. */
  | { code: 'bare-limit' }
  /** A 429 of the token server: too many requests for tokens, or failed logins, not too many pulls. */
  | { code: 'token-limit' }
  /** Too many requests within a second or a minute, not too many pulls within hours. */
  | { code: 'per-second' }
  /** Too much data within this time, not too many pulls; null if the text does not say which. */
  | { code: 'volume-limit'; period: 'day' | 'month' | null }
  /** Docker Hub's own words for its limit on pulls, for an image of Docker Hub or a name that does not parse. */
  | { code: 'hub-limit' }
  /** The folder whose file system is full. `temporary`: where the runtime unpacks, besides its image store. */
  | { code: 'full-disk-path'; path: string; temporary: boolean }
  /** Memory ran out, not the disk. */
  | { code: 'memory' }
  /** The file system below the runtime can't hold layers. */
  | { code: 'file-system' }
  /** The runtime runs in a user namespace that lacks IDs of the image's files. */
  | { code: 'user-namespace' }
  /** The runtime can't read its settings for registries and mirrors. */
  | { code: 'mirror-config' }
  /** The runtime's own configuration has no snapshotter to unpack with. */
  | { code: 'no-unpacker' }
  /** A snapshotter that is a process of its own does not run. */
  | { code: 'snapshotter-gone' }
  /** A snapshotter that loads layers lazily could not mount one; null if the text does not show which. */
  | { code: 'lazy-snapshotter'; name: LazySnapshotter | null }
  /** The registry refused one of several logins, and the pull went on with another. */
  | { code: 'login-passed-over'; status: number }
  /** Another process uses a mount that the runtime has to remove. */
  | { code: 'busy-mount' }
  /** The node's disk or file system fails. */
  | { code: 'disk-fault' }
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
  /** A layer of a media type that needs another snapshotter. */
  | { code: 'layer-type' }
  /** A build attestation (in-toto), which lies beside an image in its index, but is none. */
  | { code: 'attestation' }
  /** A layer in a format that the runtime does not support. */
  | { code: 'layer-format' }
  /** The runtime's store on the node is damaged: the image was pulled but can't be found. */
  | { code: 'damaged-store' }
  /** An old Docker manifest, schema 1. */
  | { code: 'schema1' }
  /** An OCI artifact that is not a container image, such as a Helm chart. */
  | { code: 'artifact' }
  /** The registry or a proxy answered with this status: 5xx, 404, or 405. */
  | { code: 'status'; status: number }
  /** The registry says that it is or will be shut down. */
  | { code: 'registry-closed' }
  /** Harbor's own words, which are the same if a proxy project can't reach its upstream. */
  | { code: 'harbor' }
  /** The manifest that arrived is not the one that was announced. */
  | { code: 'other-manifest' }
  /** The registry has the tag or the digest, but lacks a manifest that its index lists. */
  | { code: 'missing-child' }
  /** The registry has the manifest, but lacks a layer. */
  | { code: 'missing-layer' }
  /** The image's configuration lists other layers than its manifest: an artifact, or a faulty build. */
  | { code: 'layer-mismatch' }
  /** The node has the image, but the kubelet asks the registry again for a pod without a verified credential (KEP-2535). */
  | { code: 'on-node' }
  /** A registry's storage quota, not its rate limit. */
  | { code: 'storage-quota' }
  /** The registry blocks the image because of a vulnerability scan. */
  | { code: 'vulnerabilities' }
  /** The guest of a confidential container pulls by itself. */
  | { code: 'guest' }
  /** The tag was made from the operating system or the kernel of a node, as operators of drivers do. */
  | { code: 'tag-of-node'; from: 'system' | 'kernel'; value: string }
  /**
   * The pull policy is Always for an image that may be on the node already: `listed` if the node's object shows the image, otherwise on a local
   * node (kind, minikube), where images are often built or loaded by hand.
   */
  | { code: 'local-image'; listed: boolean }
  /** A CronJob's Job, whose pod keeps the image that the CronJob had when the Job was created. */
  | {
      code: 'run-of-cron-job'
      job: string
      /** Whether its concurrencyPolicy is Forbid; null if that was not read. */
      forbidsOthers: boolean | null
    }
  /** The pod's service account has an identity at the registry's cloud, which pulls nothing. */
  | { code: 'workload-identity'; of: 'aws' | 'azure' | 'google'; serviceAccount: string }
  /** An operator makes the pod's workload of a custom resource, by the pod's labels. */
  | ({ code: 'operated' } & PodOperator)
  /** A program created the pod itself, for one run. */
  | { code: 'made-by'; maker: PodMaker }
  /** An older revision of the pod's Deployment has pods that are ready. */
  | { code: 'older-serves'; revision: number; pods: number }
  /** A changed template does not replace the pod while it is not ready. */
  | { code: 'not-replaced'; why: Unreplaced }
  /**
   * The pod's image is not the one of the template that the pod was made from: `template` is that one, null if the template has no such
   * container. `policies` are those of Kyverno that changed a container, as the pod's annotations say.
   */
  | { code: 'changed-at-admission'; template: string | null; policies: string[] }
  /** Something put the same prefix in front of the name twice. */
  | { code: 'doubled-prefix'; prefix: string; without: string }
  /** The image is signed, but with another key or by another signer than the policy accepts, or under another name. */
  | { code: 'signed-otherwise'; with: 'key' | 'name' }
  /** The signer that the node's signature policy requires. */
  | { code: 'signer'; demanded: string }
  /** What the registry depends on is switched off or overdue; `project` is the one that the text names. `ofCaller`: it is the caller's. */
  | { code: 'lapsed'; what: Lapse; project: string | null; ofCaller: boolean }
  /** What the registry wrote about its refusal, where that is no reason that is known. */
  | { code: 'own-reason'; text: string }
  /** The registry blocks the caller's country or region. */
  | { code: 'region' }
  /** A rule around the registry refused before the registry itself judged the request. */
  | ({ code: 'perimeter' } & PerimeterRefusal)
  /** The registry accepts only a token in place of the account's password. */
  | { code: 'token-wanted' }
  /** The token lacks a scope that the image needs. */
  | { code: 'token-scope' }

/** The clue with that code, if there is one. */
export function clueOf<Code extends Clue['code']>(
  clues: readonly Clue[],
  code: Code,
): Extract<Clue, { code: Code }> | undefined {
  return clues.find((clue): clue is Extract<Clue, { code: Code }> => clue.code === code)
}
