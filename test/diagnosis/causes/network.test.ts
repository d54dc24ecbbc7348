/** Texts of the way to the registry: names, connections, time, proxies. */
import { expectCause } from './expect-cause.ts'

const HEAD =
  'failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": failed to do request: Head "https://reg.corp/v2/app/manifests/1"'
const PING = 'Error response from daemon: Get "https://registry-1.docker.io/v2/"'
const COPY =
  'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.corp/blobs/sha256/da/data?verify=[redacted]"'

expectCause('registry-not-found-dns', [
  [
    'no such host',
    `rpc error: code = Unknown desc = ${HEAD}: dial tcp: lookup reg.corp on 10.96.0.10:53: no such host`,
  ],
  ['no such host, no server named', `${PING}: dial tcp: lookup registry-1.docker.io: no such host`],
  ['the DNS server fails', `${HEAD}: dial tcp: lookup reg.corp on [::1]:53: server misbehaving`],
  [
    'the DNS server refuses',
    `${HEAD}: dial tcp: lookup reg.corp on 127.0.0.53:53: read udp 127.0.0.1:4242->127.0.0.53:53: read: connection refused`,
  ],
  [
    'the DNS server is silent',
    `${HEAD}: dial tcp: lookup reg.corp on 10.0.0.2:53: read udp 10.0.0.7:52781->10.0.0.2:53: i/o timeout`,
  ],
  [
    'no way to the DNS server',
    `${HEAD}: dial tcp: lookup reg.corp on 8.8.8.8:53: dial udp 8.8.8.8:53: connect: network is unreachable`,
  ],
  ['glibc', `${PING}: dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution`],
  [
    'a one-label host',
    'failed to do request: Head "http://registry:5000/v2/app/manifests/1": dial tcp: lookup registry on 10.96.0.10:53: no such host',
  ],
  [
    'a token server',
    'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull&service=registry.docker.io": dial tcp: lookup auth.docker.io: i/o timeout',
  ],
  [
    'Windows',
    `${PING}: dial tcp: lookup registry-1.docker.io: getaddrinfow: This is usually a temporary error during hostname resolution and means that the local server did not receive a response from an authoritative server.`,
  ],
  [
    'CRI-O',
    'initializing source docker://reg.corp/app:1: pinging container registry reg.corp: Get "https://reg.corp/v2/": dial tcp: lookup reg.corp on 10.0.0.2:53: no such host',
  ],
])

expectCause('network-timeout', [
  ['dial', `rpc error: code = DeadlineExceeded desc = ${HEAD}: dial tcp 203.0.113.5:443: i/o timeout`],
  ['dial, kernel', `${HEAD}: dial tcp 203.0.113.5:443: connect: connection timed out`],
  ['TLS handshake', `${HEAD}: net/http: TLS handshake timeout`],
  ['headers', `${PING}: net/http: request canceled (Client.Timeout exceeded while awaiting headers)`],
  [
    'headers, a deadline',
    `${PING}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  ],
  ['headers, HTTP/2', `${COPY}: http2: timeout awaiting response headers`],
  ['body', 'failed to copy: read tcp 10.0.0.7:51200->104.18.1.1:443: read: connection timed out'],
  ['an unanswered ping', 'failed to copy: httpReadSeeker: failed open: http2: client connection lost'],
  [
    'a request that met its deadline',
    'initializing source docker://reg.corp/app:1: pinging container registry reg.corp: Get "https://reg.corp/v2/": context deadline exceeded',
  ],
  ['a dial that met its deadline', `${HEAD}: dial tcp 10.1.1.1:443: context deadline exceeded`],
  [
    'Windows',
    `${PING}: dial tcp 54.1.1.1:443: connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.`,
  ],
  [
    'k3s, mirror',
    'failed to pull image "rancher/mirrored-pause:3.6": failed to do request: Head "https://mirror.corp/v2/rancher/mirrored-pause/manifests/3.6?ns=docker.io": dial tcp 10.1.1.1:443: i/o timeout',
  ],
  [
    'ECS',
    'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/acme/app:1: failed to do request: Head "https://registry-1.docker.io/v2/acme/app/manifests/1": dial tcp 44.1.1.1:443: i/o timeout',
  ],
])

expectCause('connection-refused-or-reset', [
  ['refused', `${HEAD}: dial tcp 10.0.0.1:443: connect: connection refused`],
  ['reset', `${COPY}: read tcp 10.0.0.7:43210->104.18.1.1:443: read: connection reset by peer`],
  ['no route', `${HEAD}: dial tcp 10.0.0.1:443: connect: no route to host`],
  ['unreachable, IPv6', `${HEAD}: dial tcp [2606:2800:220::1]:443: connect: network is unreachable`],
  ['host down', `${HEAD}: dial tcp 10.0.0.1:443: connect: host is down`],
  ['EOF', `${PING}: EOF`],
  ['unexpected EOF', 'failed to copy: httpReadSeeker: failed open: unexpected EOF'],
  [
    'CRI-O, a blob',
    'writing blob: storing blob to file "/var/tmp/container_images_storage1/2": happened during read: unexpected EOF',
  ],
  ['closed', `${COPY}: use of closed network connection`],
  [
    'HTTP/2',
    `${COPY}: http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR`,
  ],
  ['HTTP/2 stream', 'failed to copy: stream error: stream ID 3; INTERNAL_ERROR; received from peer'],
  ['broken pipe', `${COPY}: write tcp 10.0.0.7:43210->104.18.1.1:443: write: broken pipe`],
  ['firewall on the node', `${HEAD}: dial tcp 10.0.0.1:443: connect: permission denied`],
  [
    'CRI-O and a kubelet since 1.25',
    'image pull failed for localhost:5000/app:1 because the registry is unavailable: pinging container registry localhost:5000: Get "https://localhost:5000/v2/": dial tcp [::1]:5000: connect: connection refused',
  ],
  ['an older one', 'image pull failed for localhost:5000/app:1 because the registry is unavailable.'],
  [
    'Windows',
    `${PING}: read tcp 10.0.0.7:1->10.0.0.1:443: wsarecv: An existing connection was forcibly closed by the remote host.`,
  ],
])

expectCause('proxy', [
  ['refused', `${PING}: proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused`],
  ['not resolved', `${HEAD}: proxyconnect tcp: dial tcp: lookup proxy.corp on 10.0.0.2:53: no such host`],
  ['timeout', `${HEAD}: proxyconnect tcp: dial tcp 10.0.0.1:3128: i/o timeout`],
  ['TLS to a plain proxy', `${PING}: proxyconnect tcp: tls: first record does not look like a TLS handshake`],
  ['credentials wanted', `${HEAD}: Proxy Authentication Required`],
  ['credentials wanted, status', 'received unexpected HTTP status: 407 Proxy Authentication Required'],
  ['CONNECT refused', `${PING}: Forbidden`],
  ['CONNECT unanswered', `${HEAD}: Service Unavailable`],
  ['its scheme', `${PING}: proxy: unknown scheme: htpp`],
  [
    'SOCKS',
    `${PING}: socks connect tcp 10.0.0.1:1080->registry-1.docker.io:443: dial tcp 10.0.0.1:1080: connect: connection refused`,
  ],
])

expectCause('registry-server-error', [
  [
    '503 of the registry',
    'unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 503 Service Unavailable',
  ],
  [
    '503 of a mirror',
    'failed to resolve reference "docker.io/library/nginx:1": pulling from host mirror.corp failed with status code [manifests 1]: 503 Service Unavailable',
  ],
  [
    '500',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://reg.corp/v2/app/blobs/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 500 Internal Server Error',
  ],
  [
    '502 of the token server',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://reg.corp/token: 502 Bad Gateway',
  ],
  [
    '504 page',
    `error parsing HTTP 504 response body: invalid character '<' looking for beginning of value: "<html><head><title>504 Gateway Time-out</title></head></html>"`,
  ],
  [
    'a cache that cannot reach its upstream',
    'unexpected status code https://cache.corp/v2/hub/library/nginx/manifests/1: 500 Internal Server Error - Server message: unknown: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
  ],
  [
    'its disk is full',
    'received unexpected HTTP status: 500 Internal Server Error: write /storage/x: no space left on device',
  ],
  [
    'HTML with status 200',
    `error unmarshalling content: invalid character '<' looking for beginning of value`,
  ],
  ['half an answer', 'failed to decode token response: unexpected end of JSON input'],
  ['CRI-O', 'writing blob: fetching blob: invalid status code from registry 502 (Bad Gateway)'],
  [
    'Cloudflare',
    'failed to resolve reference "reg.corp/app:1": unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 522 <none>',
  ],
  [
    'dockershim',
    'rpc error: code = Unknown desc = Error response from daemon: received unexpected HTTP status: 500 Internal Server Error',
  ],
])

expectCause('tls', [
  [
    'unknown authority',
    `${HEAD}: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  [
    'unknown authority, older',
    `${PING}: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "ca")`,
  ],
  [
    'expired',
    `${HEAD}: x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-12-31T00:00:00Z`,
  ],
  ['another name', `${HEAD}: x509: certificate is valid for a.corp, b.corp, not reg.corp`],
  [
    'no IP',
    `${HEAD}: tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs`,
  ],
  ['common name', `${HEAD}: x509: certificate relies on legacy Common Name field, use SANs instead`],
  ['alert', `${HEAD}: remote error: tls: handshake failure`],
  ['version', `${HEAD}: tls: server selected unsupported protocol version 301`],
  ['client certificate', `${HEAD}: remote error: tls: bad certificate`],
  [
    'token server',
    'failed to fetch anonymous token: Get "https://auth.corp/token?scope=repository%3Aa%2Fb%3Apull": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
  [
    'CRI-O',
    'pinging container registry reg.corp: Get "https://reg.corp/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
])

expectCause('http-https-mismatch', [
  ['HTTP server', `${HEAD}: http: server gave HTTP response to HTTPS client`],
  [
    'HTTPS server, Go',
    'unexpected status code http://reg.corp:443/v2/app/manifests/1: 400 Bad Request - Client sent an HTTP request to an HTTPS server.',
  ],
  [
    'HTTPS server, nginx',
    `error parsing HTTP 400 response body: invalid character '<' looking for beginning of value: "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"`,
  ],
  [
    'TLS bytes',
    `failed to do request: Head "http://reg.corp:443/v2/app/manifests/1": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"`,
  ],
  ['no TLS', `${HEAD}: tls: first record does not look like a TLS handshake`],
  ['no TLS, older Go', `${PING}: tls: oversized record received with length 20527`],
])
