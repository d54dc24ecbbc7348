/** Explains failures on the way to an image: the network, a registry's server, the node. */

import type { CauseExplanations } from '../explanations.ts'

export const FAILURES: Pick<
  CauseExplanations,
  | 'registry-not-found-dns'
  | 'network-timeout'
  | 'connection-refused-or-reset'
  | 'tls'
  | 'http-https-mismatch'
  | 'proxy'
  | 'disk-full'
  | 'registry-server-error'
  | 'corrupt-or-unpack'
  | 'canceled-or-deadline'
> = {
  'registry-not-found-dns': {
    title: "The node can't resolve the host's name",
    is: "The node asked its DNS server for the registry, mirror, token server, or download host, and got no address. Nodes don't use the DNS of the cluster, so a Service's name does not work there.",
    howToTell:
      'The message contains "no such host", "server misbehaving", or "Temporary failure in name resolution". Try `getent hosts HOST` on the node.',
    todo: [
      'Check the spelling of the registry in the image name',
      'If it is correct, fix DNS on the node (/etc/resolv.conf, or the connection to its DNS server)',
    ],
    example: 'dial tcp: lookup registry.exmaple.com on 10.0.0.2:53: no such host',
    subcauses: {},
  },
  'network-timeout': {
    title: 'No answer in time',
    is: 'A connection, a TLS handshake, or the answer took too long. Most often a firewall or a security group drops the packets.',
    howToTell:
      'The message contains "i/o timeout", "TLS handshake timeout", or "context deadline exceeded" together with the host. Try `curl -v https://HOST/v2/` on the node.',
    todo: [
      "Let the node reach the host's port: check firewalls, security groups, and the provider's network policies",
      'If nodes need a proxy, set it for the container runtime (HTTPS_PROXY in its service) and not only for shells',
    ],
    example: 'dial tcp 203.0.113.7:443: i/o timeout',
    subcauses: {},
  },
  'connection-refused-or-reset': {
    title: 'The connection was refused or broken',
    is: 'The host was reached but nothing listens on the port, a device in between closed the connection, or there is no route to the host.',
    howToTell:
      'The message contains "connection refused", "connection reset by peer", "no route to host", or "EOF".',
    todo: [
      'Check that the registry is running and that the port in the image name is correct',
      'If connections break part-way, look for a device in between: MTU, a firewall that inspects TLS, an idle timeout',
    ],
    example: 'dial tcp 10.0.3.4:5000: connect: connection refused',
    subcauses: {},
  },
  tls: {
    title: 'The TLS connection failed',
    is: "The node does not trust the registry's certificate, the certificate has expired or is for another name, or both sides have no TLS version in common.",
    howToTell:
      'The message begins with "tls:" or "x509:" and says what is wrong. `openssl s_client -connect HOST:443` shows the certificate.',
    todo: [
      "Give the node's runtime the authority that signed the certificate (containerd: /etc/containerd/certs.d/HOST/hosts.toml), or renew the certificate",
      "Check the node's clock if the certificate seems to be from the future, or if the certificate of a well-known registry seems to have expired",
      'Do not turn off verification: anyone in between could then replace images',
    ],
    example: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    subcauses: {},
  },
  'http-https-mismatch': {
    title: 'One side speaks HTTP, the other HTTPS',
    is: 'The runtime uses HTTPS for every registry that is not configured otherwise, and this one answers in plain HTTP; or the reverse.',
    howToTell:
      'The message contains "server gave HTTP response to HTTPS client" or "Client sent an HTTP request to an HTTPS server".',
    todo: [
      'Serve the registry over HTTPS',
      'Or configure plain HTTP for exactly this host on each node (containerd: server = "http://HOST" and an empty section [host] in /etc/containerd/certs.d/HOST/hosts.toml)',
    ],
    example: 'http: server gave HTTP response to HTTPS client',
    subcauses: {},
  },
  proxy: {
    title: 'The proxy in between failed',
    is: 'The node pulls through an HTTP or SOCKS proxy, and the proxy refused the connection, requires a login, or could not be reached.',
    howToTell: 'The message names the proxy or contains "proxyconnect" or "Proxy Authentication Required".',
    todo: [
      'Allow the registry in the proxy, or give the runtime the login of the proxy',
      'Or bypass the proxy for this host: NO_PROXY in the service of the container runtime',
    ],
    example: 'proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    subcauses: {},
  },
  'disk-full': {
    title: 'The node has no room for the image',
    is: 'Disk space, inodes, or memory ran out while the layers were written or unpacked.',
    howToTell:
      'The message contains "no space left on device". On the node, `df -h` and `df -i` show which file system is full.',
    todo: [
      'Remove unused images on the node: `crictl rmi --prune`',
      'Give nodes larger disks, or lower imageGCHighThresholdPercent in the kubelet configuration',
    ],
    example: 'write /var/lib/containerd/io.containerd.content.v1.content/ingest/…: no space left on device',
    subcauses: {},
  },
  'registry-server-error': {
    title: 'The registry itself is failing',
    is: 'The registry, its token server, or its storage answered with a 5xx status, or with something that is not the response of a registry.',
    howToTell:
      'The message contains "500", "502", "503", or "504", or shows a web page. The registry\'s status page may say more.',
    todo: [
      'Wait and look at the status page of the registry; the kubelet retries on its own',
      'If it is your own registry, read its log and that of the load balancer in front of it',
    ],
    example: 'unexpected status from HEAD request to https://registry.example/v2/…: 503 Service Unavailable',
    subcauses: {},
  },
  'corrupt-or-unpack': {
    title: 'The layers were damaged or could not be unpacked',
    is: 'What arrived does not have the digest that it should have, or the node failed to unpack it: a broken upload, a proxy that changes content, or faulty storage on the node.',
    howToTell:
      'The message contains "unexpected commit digest", "failed size validation", "failed to extract layer", or "snapshot". If it happens on one node only, it is the node.',
    todo: [
      'If the download failed its check (unexpected commit digest, failed size validation), repeat the pull, and look for a proxy, filter, or mirror that cuts it off or changes it',
      'On one node only: remove the image there (`crictl rmi IMAGE`) and check its disk',
      'On every node: push the image again, and look for a cache or proxy that changes what it delivers',
    ],
    example: 'failed to extract layer sha256:…: unexpected EOF: unknown',
    subcauses: {},
  },
  'canceled-or-deadline': {
    title: 'The pull was canceled or timed out',
    is: "The kubelet or the runtime ended the pull because it made no progress, or because a deadline passed. The message doesn't say why.",
    howToTell:
      'The message contains "context canceled" or "context deadline exceeded" and names no host. Large images on slow links are the usual reason.',
    todo: [
      'Wait for the next attempt: layers that arrived are kept',
      'If it happens again, make the image smaller, or pull it through a mirror close to the nodes',
      "Raise the runtime's time limit (containerd: image_pull_progress_timeout)",
    ],
    example: 'failed to pull and unpack image "acme/model:7": context canceled',
    subcauses: {},
  },
}
