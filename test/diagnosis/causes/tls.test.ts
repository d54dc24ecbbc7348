/** Texts of connections that fail at TLS: certificates, and HTTP against HTTPS. */
import { expectCause } from './expect-cause.ts'

const HEAD =
  'failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": failed to do request: Head "https://reg.corp/v2/app/manifests/1"'
const PING = 'Error response from daemon: Get "https://registry-1.docker.io/v2/"'

expectCause('tls', {
  'unknown authority': `${HEAD}: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  'unknown authority, older': `${PING}: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "ca")`,
  expired: `${HEAD}: x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-12-31T00:00:00Z`,
  'another name': `${HEAD}: x509: certificate is valid for a.corp, b.corp, not reg.corp`,
  'no IP': `${HEAD}: tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs`,
  'negative serial number': `${PING}: tls: failed to parse certificate from server: x509: negative serial number`,
  'common name': `${HEAD}: x509: certificate relies on legacy Common Name field, use SANs instead`,
  alert: `${HEAD}: remote error: tls: handshake failure`,
  version: `${HEAD}: tls: server selected unsupported protocol version 301`,
  'client certificate': `${HEAD}: remote error: tls: bad certificate`,
  'CRI-O':
    'pinging container registry reg.corp: Get "https://reg.corp/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  'a CA that is not there':
    'failed to get TLSConfig for registry "https://reg.corp": failed to load CA file: open /etc/containerd/certs.d/reg.corp/ca.crt: no such file or directory',
})

expectCause('http-https-mismatch', {
  'HTTPS server, Go':
    'unexpected status code http://reg.corp:443/v2/app/manifests/1: 400 Bad Request - Client sent an HTTP request to an HTTPS server.',
  'HTTPS server, nginx': `error parsing HTTP 400 response body: invalid character '<' looking for beginning of value: "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"`,
  'no TLS': `${HEAD}: tls: first record does not look like a TLS handshake`,
  'no TLS, older Go': `${PING}: tls: oversized record received with length 20527`,
  'as HTML shows it': 'malformed HTTP response &quot;\\x15\\x03\\x01\\x00\\x02\\x02&quot;',
})
