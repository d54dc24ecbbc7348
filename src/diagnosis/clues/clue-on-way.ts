/** The clues of the way to the host: names, addresses, proxies, mirrors, certificates, and TLS. */

import type { FailedMirrors } from '../text/failed-mirrors.ts'

/** Why the runtime rejected a certificate, or the server rejected the client's. */
export type CertificateProblem =
  | 'unknown-authority'
  | 'expired'
  | 'wrong-name'
  | 'no-name'
  | 'no-alternative-name'
  | 'client'
  | 'legacy'
  | 'weak-signature'
  | 'negative-serial'
  | 'unreadable'

/** Where a host name comes from that nobody replaced: charts of products, new Helm charts, or documentation. */
export type DefaultName = 'harbor' | 'gitlab' | 'helm' | 'documentation'

/** What gives the machine that it runs on a name of its own, for containers and virtual machines there. */
export type MachineNamer = 'docker' | 'k3d' | 'lima' | 'minikube' | 'orbstack' | 'podman' | 'rancher-desktop'

/** A DNS server knows no address for the name, did not answer in time, or answered with an error; or the runtime failed before one answered. */
export type DnsAnswer = 'none' | 'late' | 'error' | 'unasked'

/** Nothing listens there, there is no route to it, or what is on the way to it says that it can't be reached. */
export type UnreachedServer = 'refused' | 'network' | 'host'

/** A file of certificates or keys on the node: it is missing, the runtime may not read it, or it has no certificate in PEM format. */
export interface UnusableFile {
  path: string
  problem: 'missing' | 'denied' | 'content'
}

/** What a proxy's answer says of the host that it was asked for. */
export type ProxyAnswer = 'forbidden' | 'unreached'

/** Whose address a name led to: the node's own loopback, or that of a company whose addresses forged DNS answers give for blocked hosts. */
export type AddressOwner = 'node' | 'meta' | 'x' | 'dropbox'

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
  /** Redirects followed each other until the runtime gave up. */
  | { code: 'endless-redirects' }
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
  /** The name is one of the machine itself, which only what runs there knows, if its tool gives it that name. */
  | { code: 'machine-name'; by: MachineNamer }
  /** The address is the node's own loopback. */
  | { code: 'loopback' }
  /** The host's name resolved to this address, which can't be the host's own. */
  | { code: 'misresolved'; address: string; owner: AddressOwner }
  /** An address of a private network. */
  | { code: 'private-address' }
  /** The name of a Service: nodes don't use the cluster's DNS. */
  | { code: 'service-name' }
  /** The node found the Service by its name: at this address, or by what OpenShift writes into its /etc/hosts. */
  | { code: 'service-address'; address: string | null }
  /** Another node that got an answer from the host, at about the same time. */
  | { code: 'answers-elsewhere'; node: string }
  /** Only this node does not reach the host; `nodes` run images from there. `hosts`: all that it alone does not reach, if that is all that is known of its way out. */
  | { code: 'node-apart'; nodes: string[]; hosts: string[] }
  /** Many nodes were told that the registry's name does not exist. */
  | { code: 'gone-name' }
  /** The DNS server that the node queried, and why the question did not arrive there; null if it may have. */
  | { code: 'dns-server'; server: string; unreached: UnreachedServer | null }
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
  /** The proxy was reached, and answered in place of forwarding: it does not allow the host, or could not reach it. */
  | { code: 'proxy-answered'; as: ProxyAnswer }
  /** The host that the node asked a proxy for. */
  | { code: 'behind-proxy'; host: string }
  /** The node has no route for addresses of this family; `lost`: it had one earlier in the pull. */
  | { code: 'no-route'; family: 'IPv4' | 'IPv6'; lost?: true }
  /** The server's own words in place of the standard ones for its status. */
  | { code: 'server-said'; words: string }
  /** The server says that its repository was set offline, or that it is under maintenance. */
  | { code: 'out-of-service'; how: 'offline' | 'maintenance' }
  /** The registry says that it could not fetch from its upstream. */
  | ({ code: 'upstream-error' } & UpstreamError)
  /** The registry's mirrors failed, too. */
  | ({ code: 'mirrors-failed' } & FailedMirrors)
  /** A certificate was not accepted. */
  | { code: 'certificate'; problem: CertificateProblem }
  /** The runtime could not read or use a certificate or key file that its own settings name. */
  | { code: 'certificate-file' }
  /** That file, if the text names it. */
  | ({ code: 'named-file' } & UnusableFile)
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
  /** Why the connection was not opened: nothing accepted it, there is no way to the network or to the host, or the node has no free port for it. */
  | { code: 'unopened'; why: 'refused' | 'network' | 'host' | 'node' | 'ports' }
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
  /** The node runs Linux, and asked for a layer of an image for Windows. */
  | { code: 'other-platforms' }
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
