/** What each cause means in general, how to tell it from others, and what to do; for `explain`. Findings have words of their own. */

import type { Cause } from '../../../diagnosis/finding.ts'

export interface CauseExplanation {
  title: string
  means: string
  /** What in the kubelet's sentence proves it. */
  sign: string
  /** Without a full stop. */
  todo: string
}

export const CAUSE_EXPLANATIONS: Record<Cause, CauseExplanation> = {
  'rate-limited': {
    title: 'A pull limit is used up',
    means:
      'The registry, its token server, or the upstream of a mirror refuses because of too many pulls, requests, or bytes. Docker Hub allows 100 anonymous pulls in six hours for each IP address, shared by all nodes behind it, and 200 for a free account.',
    sign: 'The text has 429, "toomanyrequests", or the registry\'s own words for it. "unauthenticated" in it proves that no login was sent.',
    todo: 'Give the pods a login (`pullguard fix`), pull from a mirror, or wait until the limit resets',
  },
  'kubelet-qps': {
    title: 'The kubelet throttles its own pulls',
    means:
      'Too many pods start on the node at once, and the kubelet lets only some of their pulls through (registryPullQPS). No registry refused anything.',
    sign: 'The text is "pull QPS exceeded".',
    todo: 'Wait: the backlog clears on its own',
  },
  'auth-required-or-denied': {
    title: 'The registry refused access',
    means:
      'There was no login, a wrong or expired one, or one without permission; or the address is blocked, or a policy of the registry forbids it. Many registries also say "denied" for images that do not exist.',
    sign: 'The text has 401, 403, "unauthorized", "denied", or "insufficient scope".',
    todo: "Check the image's name first (--check-images asks the registry), then the pull secret: `pullguard why POD` shows which credential was tried",
  },
  'image-not-found': {
    title: 'There is no such image',
    means: 'The registry, or a mirror in front of it, has no such repository, tag, or digest.',
    sign: 'The text has 404, "manifest unknown", or "not found" from a registry.',
    todo: 'Correct the name or tag, or push the image',
  },
  'registry-not-found-dns': {
    title: "The registry's name does not resolve",
    means:
      "The node's DNS has no address for the host, or did not answer. Nodes do not use the DNS of the cluster.",
    sign: 'The text has "no such host" or a failed lookup, with the host and the DNS server that was asked.',
    todo: 'Check the host in the error for typing mistakes, then resolve it on the node',
  },
  'network-timeout': {
    title: 'The registry did not answer in time',
    means:
      'The connection, the TLS handshake, or the download took too long. A firewall that drops packets looks like this.',
    sign: 'The text has "i/o timeout", "TLS handshake timeout", or "Client.Timeout exceeded".',
    todo: 'Connect from the node to the host in the error, and check firewalls and proxies on the way',
  },
  'connection-refused-or-reset': {
    title: 'The connection was refused or broke off',
    means:
      'Nothing listens at the address, it cannot be reached, or something in between closed the connection.',
    sign: 'The text has "connection refused", "connection reset", "no route to host", or "EOF".',
    todo: 'Check that the registry runs and that the node can reach the host and port in the error',
  },
  tls: {
    title: 'The TLS connection failed',
    means:
      "The node does not trust the registry's certificate, the certificate is for another name or has expired, or the two have no protocol in common.",
    sign: 'The text has "x509", "certificate", or "handshake failure". A handshake *timeout* is a network-timeout.',
    todo: "Add the registry's certificate authority to the node's runtime, or renew the certificate",
  },
  'http-https-mismatch': {
    title: 'HTTP meets HTTPS',
    means: 'The runtime speaks HTTPS to a registry that only has HTTP, or the reverse.',
    sign: 'The text has "server gave HTTP response to HTTPS client" or its counterpart.',
    todo: "Give the registry a certificate, or allow plain HTTP for it in the node's runtime",
  },
  proxy: {
    title: 'The proxy in between failed',
    means:
      'The HTTP or HTTPS proxy that the node uses could not be reached, refused the connection, or asked for a login.',
    sign: 'The text has "proxyconnect", 407, or an error that names the proxy.',
    todo: "Check the proxy settings of the node's runtime, and NO_PROXY for registries inside",
  },
  'platform-mismatch': {
    title: 'The image is not built for this node',
    means: "The image has no variant for the node's operating system or CPU.",
    sign: 'The text has "no match for platform in manifest" or "exec format error".',
    todo: 'Build the image for that platform, or keep the pods on matching nodes',
  },
  'unsupported-manifest': {
    title: 'The runtime cannot read this image',
    means: 'The manifest has an old or unknown format, or what is stored there is not an image.',
    sign: 'The text has "schema 1", "unsupported media type", or a parse error of the manifest.',
    todo: 'Push the image again with a current tool, or correct a name that points to something else, such as a chart',
  },
  'invalid-reference': {
    title: 'The image name is not valid',
    means:
      'The name does not fit the grammar of references, or the node does not know which registry a short name is meant for.',
    sign: 'The reason is InvalidImageName, or the text has "invalid reference format".',
    todo: 'Correct the name: `pullguard image NAME` says what is wrong with it',
  },
  'never-pull': {
    title: 'Pull policy Never, and no image that the pod may use',
    means:
      'The pod forbids pulling, and the image is not on the node; or it is, but was pulled with a login that this pod does not have.',
    sign: 'The reason is ErrImageNeverPull.',
    todo: 'Load the image onto the node, or set pull policy IfNotPresent',
  },
  'disk-full': {
    title: 'The node has no space left',
    means: "There is no space, no inodes, or no memory for the image's layers.",
    sign: 'The text has "no space left on device" or "disk quota exceeded".',
    todo: 'Free space on the node, or give it a larger disk',
  },
  'registry-server-error': {
    title: 'The registry has an error of its own',
    means: 'The registry, or a mirror or storage behind it, answered with a server error or broke off.',
    sign: 'The text has a status from 500 to 599.',
    todo: "Wait, and check the registry's status page; the kubelet retries on its own",
  },
  'corrupt-or-unpack': {
    title: 'The image was damaged, or could not be unpacked',
    means:
      'A digest does not match what arrived, or the runtime failed to unpack or store a layer on the node.',
    sign: 'The text has "failed commit", "unexpected commit digest", "failed to extract layer", or an error of the snapshotter.',
    todo: "Remove the image from the node and pull again; if it returns, check the node's disk and the mirror",
  },
  'signature-policy': {
    title: 'A signature policy refused the image',
    means: 'The node verifies signatures or blocks registries, and this image did not pass.',
    sign: 'The reason is SignatureValidationFailed, or the text has "Source image rejected".',
    todo: 'Sign the image as the policy demands, or change the policy on the node',
  },
  'canceled-or-deadline': {
    title: 'The pull was given up',
    means:
      'The kubelet or the runtime ended the pull, and no better reason is recorded. A download without progress is canceled.',
    sign: 'The text has "context canceled" or "context deadline exceeded" and nothing more telling.',
    todo: 'Look for an earlier error of the same pull, and at the network to the registry',
  },
  other: {
    title: 'The text does not say',
    means: 'The pull fails, and nothing that was recorded proves why. pullguard does not guess.',
    sign: 'No known sentence of a kubelet, runtime, or registry.',
    todo: 'Read the evidence, and the log of the kubelet and the runtime on the node',
  },
}
