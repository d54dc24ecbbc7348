/** What a host's name or address shows by itself: whether only the node, the cluster, or a private network knows it. */

/** The host without its port; an IPv6 address keeps its brackets. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}

/** The host with the port that is asked: 443 unless it names another. */
export function withPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:443`
}

/** The host alone, without port and brackets, as in a look-up or in NO_PROXY. */
export function hostAlone(host: string): string {
  return withoutPort(host).replace(/^\[|\]$/g, '')
}

/** Whether the host is the node's own loopback: localhost, 127.0.0.0/8, ::1, or the unspecified address, which leads there. */
export function isLocal(host: string): boolean {
  const bare = hostAlone(host)
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1?|0\.0\.0\.0)$/i.test(bare) || bare.endsWith('.localhost')
}

/** Whether this is the unspecified address, which no host has, and which DNS filters answer for a name that they block (docs.pi-hole.net/ftldns/blockingmode). */
export function isUnspecified(address: string): boolean {
  return /^(?:::|0\.0\.0\.0)$/.test(hostAlone(address))
}

/** The address in a name of nip.io or sslip.io, to which the name leads; null for any other. */
export function addressInName(host: string): string | null {
  const found = /(?:^|[.-])((?:\d{1,3}[.-]){3}\d{1,3})\.(?:nip|sslip)\.io$/.exec(hostAlone(host))?.[1]
  const address = found?.replaceAll('-', '.') ?? null
  return address?.split('.').every(part => Number(part) < 256) === true ? address : null
}

/** Resolvers that anyone may ask: Google's, Cloudflare's, Quad9's, OpenDNS's, and, in China, 114DNS's, AliDNS's, and DNSPod's. */
const PUBLIC_SERVERS = [
  ...['8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844'],
  ...['1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001'],
  ...['9.9.9.9', '149.112.112.112', '208.67.222.222', '208.67.220.220'],
  ...['114.114.114.114', '223.5.5.5', '223.6.6.6', '119.29.29.29'],
]

/** Whether this is a DNS server that anyone may ask, which knows no private names. */
export function isPublicServer(server: string): boolean {
  return PUBLIC_SERVERS.includes(server)
}

/** Clouds' own DNS servers: those of AWS, Google, and Azure. */
const CLOUD_SERVERS = ['169.254.169.253', '169.254.169.254', '168.63.129.16']

/**
 * The private address in a name of nip.io or sslip.io, if the DNS server may discard an answer that has one, as routers do; null for any other. The
 * servers of clouds discard none.
 */
export function discardedAddress(host: string, server: string | null, cloud: string | null): string | null {
  const address = addressInName(host)
  const isCloud = (cloud ?? 'none') !== 'none' || CLOUD_SERVERS.includes(server ?? '')
  const mayDiscard = !isCloud && !isPublicServer(server ?? '')
  return mayDiscard && address !== null && isPrivateAddress(address) ? address : null
}

/** Whether the host is an address of a private network (RFC 1918, RFC 4193, link-local). */
export function isPrivateAddress(host: string): boolean {
  return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)\d|^f[cd][0-9a-f]{2}:|^fe80:/i.test(
    hostAlone(host),
  )
}

/** Whether it is an address of 100.64.0.0/10, which carriers share among customers, and some clusters have inside (RFC 6598). */
export function isSharedAddress(host: string): boolean {
  return /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(hostAlone(host))
}

/** Whether the host is an address, of IPv4 or of IPv6 in brackets, and not a name. */
export function isAddress(host: string): boolean {
  return /^(?:\[[0-9a-f:.%]+\]|\d{1,3}(?:\.\d{1,3}){3})$/i.test(withoutPort(host))
}

/** Whether only the cluster's own DNS resolves the name; nodes use another DNS server. */
export function isServiceName(host: string): boolean {
  // Before another domain than the default one, SERVICE.NAMESPACE tells it from a name in a domain svc.example.com.
  return /\.svc$|[^.]\.[^.]+\.svc\.[\w.-]+$|\.cluster\.local$/i.test(withoutPort(host))
}

/** Whether this is the address of a Service, which no machine outside of the cluster reaches: no client can log in or check an image there. */
export function isOfCluster(host: string): boolean {
  return isServiceName(host) || isShortServiceName(host)
}

/** The same, for a name that no other network has: `svc` can also be a part of a company's own domain, as in a.b.svc.example.com. */
export function isSurelyOfCluster(host: string): boolean {
  return isOfCluster(host) && !/\.svc\.(?!cluster\.local$)/i.test(withoutPort(host))
}

/** Whether the name looks like SERVICE.NAMESPACE: no top-level domain is `default` or has a hyphen, IDNA's xn-- aside. */
function isShortServiceName(host: string): boolean {
  return /^[a-z0-9-]+\.(?:default|(?!xn--)[a-z0-9]+-[a-z0-9-]*[a-z0-9])$/i.test(withoutPort(host))
}

/**
 * Addresses that the cluster's own DNS Service has by default: of kubeadm, K3s and RKE2, OpenShift, EKS, and MicroK8s. 10.0.0.10, AKS' old
 * default, is one that machines have as well.
 */
const DNS_SERVICES = [
  '10.96.0.10',
  '10.43.0.10',
  '172.30.0.10',
  '172.20.0.10',
  '10.100.0.10',
  '10.152.183.10',
]

/** Whether the address is most likely that of a cluster's own DNS Service. */
export function isUsualDnsService(address: string): boolean {
  return DNS_SERVICES.includes(address)
}
