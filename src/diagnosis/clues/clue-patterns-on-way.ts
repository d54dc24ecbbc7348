/** The clues of the way to the host, by the words that show them: names, connections, proxies, certificates, and what answers in a host's place. */

import { PROXY_LOGIN } from '../causes/proxy.ts'
import { CERTIFICATE_FILE } from '../causes/tls.ts'
import type { WayClue } from './clue-on-way.ts'

export const WAY_CLUES: readonly [WayClue, RegExp][] = [
  [
    { code: 'web-page' },
    /text\/html|invalid character '?\\*u?003c|invalid character '<'|<!?(?:doctype|html)\b|&lt;html|\\u003chtml|\bdefault backend - 404\b|\b404 page not found\b|signature format, starting with binary 0x3c/i,
  ],
  // containerd 1.4 and BuildKit write only the path (containerd/containerd#6147).
  [{ code: 'unnamed-mirror' }, /\bat v2\/[^\s"]{1,600}[?&]ns=/i],
  [
    { code: 'odd-answer' },
    /unable to decode token|did not include a token|no realm specified for token|token auth challenge realm|unsupported content-encoding|unhandled content range|unable to discard to offset|in header not a valid digest|failed open: (?:gzip|flate|zstd|magic number)|reports content size of zero|stopped after \d+ redirects|unexpected status.{1,600}: 30\d |location header|malformed http (?:status|version)|response headers exceeded/i,
  ],
  // Go's net/http and containerd (core/remotes/docker/resolver.go); Rust's reqwest, which guests use.
  [{ code: 'endless-redirects' }, /\bstopped after \d{1,3} redirects\b|\btoo many redirects\b/i],
  [
    { code: 'endpoint-scheme' },
    /unsupported protocol scheme|missing protocol scheme|\bparse "?[^"\s/]{1,253}:\d+\S{0,500}: first path segment in URL cannot contain colon|https?:\/\/https?:?\/\//i,
  ],
  [{ code: 'certificate-file' }, CERTIFICATE_FILE],
  // Go's crypto/tls, which parses a certificate before it asks who signed it (docker/for-win#14803), and rustls.
  [
    { code: 'certificate', problem: 'negative-serial' },
    /failed to parse certificate from server: x509: negative serial number/i,
  ],
  [
    { code: 'certificate', problem: 'unreadable' },
    /failed to parse certificate from server: (?!x509: negative serial)|invalid peer certificate: BadEncoding/i,
  ],
  // Go's crypto/x509 quotes it as a reason why no authority signed the certificate (InsecureAlgorithmError in UnknownAuthorityError).
  [{ code: 'certificate', problem: 'weak-signature' }, /cannot verify signature: insecure algorithm/i],
  [
    { code: 'certificate', problem: 'unknown-authority' },
    /unknown authority|self[- ]signed|unable to get local issuer|unknown certificate authority|not trusted|invalid peer certificate: UnknownIssuer/i,
  ],
  [
    { code: 'certificate', problem: 'expired' },
    /certificate has expired|not yet valid|certificate is expired|invalid peer certificate: (?:certificate )?expired/i,
  ],
  // Go's crypto/x509, for a certificate that lists no names.
  [{ code: 'certificate', problem: 'no-name' }, /certificate is not valid for any names/i],
  [
    { code: 'certificate', problem: 'wrong-name' },
    /certificate is (?:valid for|not valid for(?! any names))|cannot validate certificate for|invalid peer certificate: (?:NotValidForName|certificate not valid for name)/i,
  ],
  [{ code: 'certificate', problem: 'client' }, /certificate required|bad certificate|client certificate/i],
  [
    { code: 'certificate', problem: 'no-alternative-name' },
    /legacy common name|doesn't contain any ip sans/i,
  ],
  [
    { code: 'certificate', problem: 'legacy' },
    /insecure signature|(?<!remote error: tls: )protocol version not supported|(?<!server selected )unsupported protocol version/i,
  ],
  [
    { code: 'cut-off' },
    /\beof\b|reset by peer|broken pipe|forcibly closed|connection (?:was )?(?:reset|closed|aborted)|goaway|stream error: stream id/i,
  ],
  [
    { code: 'unopened', why: 'network' },
    /network is unreachable|unreachable network|\]:\d{1,5}: (?:connect: )?cannot assign requested address/i,
  ],
  [
    { code: 'unopened', why: 'node' },
    /dial (?:tcp|udp) .{1,200}: connect: (?:operation not permitted|permission denied)/i,
  ],
  // connect(2) of a socket without a port; the others are those of Windows.
  [
    { code: 'unopened', why: 'ports' },
    /\d\.\d{1,3}:\d{1,5}: (?:connect: )?cannot assign requested address|only one usage of each socket address|lacked sufficient buffer space or because a queue was full/i,
  ],
  [{ code: 'unopened', why: 'host' }, /(?:no route to host|host is unreachable|unreachable host)/i],
  [{ code: 'unopened', why: 'refused' }, /connection refused|actively refused/i],
  [
    { code: 'interrupted' },
    // Earlier versions of containerd write httpReaderSeeker.
    /failed to copy: (?!httpRead(?:er)?Seeker: failed open)|short read: expected|failed to discard to offset|failed to read expected number of bytes|happened during read: |stream error: stream id/i,
  ],
  [
    { code: 'literal-server', host: 'docker.io' },
    /https?:\/\/docker\.io(?::443)?\/v2\/|\blookup docker\.io(?: on|:)/i,
  ],
  // As a mirror, which k3s-io/k3s#4435 shows; as the registry in a name it is another mistake.
  [
    { code: 'literal-server', host: 'hub.docker.com' },
    /https?:\/\/hub\.docker\.com(?::443)?\/v2\/[^\s"?]{1,400}\?ns=docker\.io\b/i,
  ],
  [
    { code: 'ingress-default' },
    /ingress controller fake certificate|certificate is valid for ingress\.local\b|\.traefik\.default\b/i,
  ],
  [
    { code: 'tls-alert' },
    /^(?!.*(?:x509|certificate)).*(?:(?:remote|local) error: tls|bad record mac|alert handshake failure|received fatal alert)/is,
  ],
  // The alerts of RFC 8446 (6.2) about what the client offered, as Go, OpenSSL, and rustls name them.
  [
    { code: 'tls-refused' },
    /remote error: tls: (?:handshake failure|protocol version not supported|insufficient security|unrecognized name|illegal parameter|no application protocol)|alert (?:handshake failure|protocol version|insufficient security|unrecognized name)|received fatal alert: (?:handshakefailure|protocolversion|insufficientsecurity|unrecogni[sz]edname)/i,
  ],
  [
    { code: 'speaks', scheme: 'http' },
    /gave http response to https client|first record does not look like a tls handshake|record received with length 20527|invalidcontenttype/i,
  ],
  [
    { code: 'speaks', scheme: 'https' },
    /http request (?:was sent )?to (?:an )?https (?:server|port)|malformed http response \S{0,9}x1[56]/i,
  ],
  // sonatype/nexus-public, ViewServlet: by a setting of the repository.
  [{ code: 'out-of-service', how: 'offline' }, /\b503 repository offline\b/i],
  [
    { code: 'out-of-service', how: 'maintenance' },
    /\b(?:down for|under(?:going)?|in|(?:scheduled|planned)) maintenance\b|\bmaintenance mode\b/i,
  ],
  [{ code: 'tls-unfinished' }, /tls handshake timeout/i],
  [{ code: 'request-late' }, /\b408 request time-?out\b|\bhttp 408 response\b|\bstatus(?: code)?:? 408\b/i],
  [
    { code: 'unanswered' },
    // Without "while waiting for connection", the canceled request had one (net/http).
    /\b(?:read|write) tcp \S{1,200}: (?:i\/o timeout|(?:read|write): connection timed out)|timeout awaiting response headers|http2: client connection lost|net\/http: request canceled \(client\.timeout/i,
  ],
  [{ code: 'proxy-scheme' }, /proxyconnect tcp: tls: first record/i],
  [{ code: 'proxy-unreached' }, /proxyconnect tcp|connecting to proxy|socks connect tcp \S{1,200}: dial /i],
  [{ code: 'proxy-unreadable' }, /invalid proxy (?:address|url)/i],
  [{ code: 'proxy-login' }, PROXY_LOGIN],
  // Go's net package (dnsclient_unix.go), and getaddrinfo(3).
  [
    { code: 'dns-answer', answer: 'none' },
    /\blookup \S{1,300}(?: on \S{1,80})?: no such host\b|\bname or service not known\b|\bname does not resolve\b/i,
  ],
  [
    { code: 'dns-answer', answer: 'late' },
    /\blookup \S{1,300}(?: on \S{1,80})?: (?:(?:read|write|dial) (?:udp|tcp) \S{1,200}: )?i\/o timeout\b/i,
  ],
  // What the C library's functions can't do for the runtime (golang.org, net/cgo_unix.go).
  [
    { code: 'dns-answer', answer: 'unasked' },
    /\blookup \S{1,300}: (?:device or resource busy|operation not permitted|permission denied|invalid argument|bad file descriptor|function not implemented|resource temporarily unavailable)\b/i,
  ],
  [{ code: 'dns-answer', answer: 'error' }, /\blookup \S{1,300}(?: on \S{1,80})?: server misbehaving\b/i],
]
