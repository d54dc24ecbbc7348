/** Texts about registries that can't be reached: names, timeouts, connections, proxies. */
import { expectCause } from './expect-cause.ts'

const HEAD =
  'failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": failed to do request: Head "https://reg.corp/v2/app/manifests/1"'
const PING = 'Error response from daemon: Get "https://registry-1.docker.io/v2/"'
const COPY =
  'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.corp/blobs/sha256/da/data?verify=[redacted]"'

expectCause('registry-not-found-dns', {
  'no such host': `rpc error: code = Unknown desc = ${HEAD}: dial tcp: lookup reg.corp on 10.96.0.10:53: no such host`,
  'no such host, no server named': `${PING}: dial tcp: lookup registry-1.docker.io: no such host`,
  'the DNS server fails': `${HEAD}: dial tcp: lookup reg.corp on [::1]:53: server misbehaving`,
  'the DNS server refuses': `${HEAD}: dial tcp: lookup reg.corp on 127.0.0.53:53: read udp 127.0.0.1:4242->127.0.0.53:53: read: connection refused`,
  'the DNS server is silent': `${HEAD}: dial tcp: lookup reg.corp on 10.0.0.2:53: read udp 10.0.0.7:52781->10.0.0.2:53: i/o timeout`,
  'no way to the DNS server': `${HEAD}: dial tcp: lookup reg.corp on 8.8.8.8:53: dial udp 8.8.8.8:53: connect: network is unreachable`,
  glibc: `${PING}: dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution`,
  'a one-label host':
    'failed to do request: Head "http://registry:5000/v2/app/manifests/1": dial tcp: lookup registry on 10.96.0.10:53: no such host',
  'a token server':
    'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull&service=registry.docker.io": dial tcp: lookup auth.docker.io: i/o timeout',
  Windows: `${PING}: dial tcp: lookup registry-1.docker.io: getaddrinfow: This is usually a temporary error during hostname resolution and means that the local server did not receive a response from an authoritative server.`,
  'CRI-O':
    'initializing source docker://reg.corp/app:1: pinging container registry reg.corp: Get "https://reg.corp/v2/": dial tcp: lookup reg.corp on 10.0.0.2:53: no such host',
  'addresses taken out':
    'dial tcp: lookup registry-1.docker.io on <IP ADDRESS>: read udp <IP ADDRESS>-><IP ADDRESS>: i/o timeout',
})

expectCause('network-timeout', {
  'Windows, cut short':
    'failed to fetch anonymous token: Get "https://auth.docker.io/token": dial tcp 162.125.32.13:443: connectex: A connection attempt failed',
  dial: `rpc error: code = DeadlineExceeded desc = ${HEAD}: dial tcp 203.0.113.5:443: i/o timeout`,
  'headers, a deadline': `${PING}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  'headers, HTTP/2': `${COPY}: http2: timeout awaiting response headers`,
  'an unanswered ping': 'failed to copy: httpReadSeeker: failed open: http2: client connection lost',
  'a request that met its deadline':
    'initializing source docker://reg.corp/app:1: pinging container registry reg.corp: Get "https://reg.corp/v2/": context deadline exceeded',
  'a dial that met its deadline': `${HEAD}: dial tcp 10.1.1.1:443: context deadline exceeded`,
  'k3s, mirror':
    'failed to pull image "rancher/mirrored-pause:3.6": failed to do request: Head "https://mirror.corp/v2/rancher/mirrored-pause/manifests/3.6?ns=docker.io": dial tcp 10.1.1.1:443: i/o timeout',
  ECS: [
    'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/acme/app:1: failed to do request: Head "https://registry-1.docker.io/v2/acme/app/manifests/1": dial tcp 44.1.1.1:443: i/o timeout',
    'CannotPullContainerError: API error (500): Get https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection',
  ],
})

expectCause('connection-refused-or-reset', {
  'CRI-O, after it tried to go on':
    'writing blob: happened during read: read tcp 10.0.0.5:41234->104.16.98.215:443: read: connection reset by peer (after reconnecting, fetching blob: received unexpected HTTP status: 403 Forbidden)',
  'Go, addresses of another family only': `${PING}: dial tcp: no suitable address found`,
  refused: `${HEAD}: dial tcp 10.0.0.1:443: connect: connection refused`,
  reset: `${COPY}: read tcp 10.0.0.7:43210->104.18.1.1:443: read: connection reset by peer`,
  'no route': `${HEAD}: dial tcp 10.0.0.1:443: connect: no route to host`,
  'unreachable, IPv6': `${HEAD}: dial tcp [2606:2800:220::1]:443: connect: network is unreachable`,
  'host down': `${HEAD}: dial tcp 10.0.0.1:443: connect: host is down`,
  closed: `${COPY}: use of closed network connection`,
  'broken pipe': `${COPY}: write tcp 10.0.0.7:43210->104.18.1.1:443: write: broken pipe`,
  'CRI-O and a kubelet since 1.25':
    'image pull failed for localhost:5000/app:1 because the registry is unavailable: pinging container registry localhost:5000: Get "https://localhost:5000/v2/": dial tcp [::1]:5000: connect: connection refused',
  'an older one': 'image pull failed for localhost:5000/app:1 because the registry is unavailable.',
  Windows: `${PING}: read tcp 10.0.0.7:1->10.0.0.1:443: wsarecv: An existing connection was forcibly closed by the remote host.`,
  'another errno': 'Get "https://reg.corp/v2/": dial tcp 10.0.0.1:443: connect: protocol not available',
  'a TLS connection cut':
    'tls: failed to send closeNotify alert (but connection was closed anyway): write tcp 10.0.0.2:1->10.0.0.1:443: write: broken pipe',
  'as HTML shows it':
    'failed to do request: Head &#34;https://reg.corp/v2/app/manifests/1&#34;: dial tcp 10.0.0.1:443: connect: connection refused',
})

expectCause('proxy', {
  redirected: 'Get https://registry.cn-hangzhou.aliyuncs.com/v2/: Moved Permanently',
  'redirected, old': `${HEAD}: Found`,
  'not resolved': `${HEAD}: proxyconnect tcp: dial tcp: lookup proxy.corp on 10.0.0.2:53: no such host`,
  'credentials wanted': `${HEAD}: Proxy Authentication Required`,
  'the same with placeholders': 'Head "https://<registry>/v2/<image>/manifests/1": Service Unavailable',
  'its scheme': `${PING}: proxy: unknown scheme: htpp`,
  'in a log line':
    '"Failed to pull image" err="Get \\"https://registry-1.docker.io/v2/\\": Forbidden" image="app:1"',
})
