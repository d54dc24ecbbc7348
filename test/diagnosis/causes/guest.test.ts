/** Texts of guests that pull their images themselves (confidential containers): the messages of Rust's libraries. */
import { expectCause } from './expect-cause.ts'

const SEND = 'failed to pull manifest error sending request for url (https://reg.svc:5000/v2/): '
const CONNECT = `${SEND}error trying to connect: `

expectCause('registry-not-found-dns', {
  glibc: `${CONNECT}dns error: failed to lookup address information: Name or service not known`,
  musl: `${CONNECT}dns error: failed to lookup address information: Try again`,
  hickory: `${CONNECT}dns error: no record found for Query { name: Name("reg.svc.") }`,
})
expectCause('connection-refused-or-reset', {
  std: `${CONNECT}tcp connect error: Connection refused (os error 111)`,
  hyper: [
    'failed to pull layer: error reading a body from connection: end of file before message length reached',
    'failed to handle layer: hasher sha256: channel: read failed Custom { kind: Other, error: reqwest::Error { kind: Body, source: hyper::Error(Body, Error { kind: Reset(StreamId(11), INTERNAL_ERROR, Remote) }) } }',
  ],
})
expectCause('network-timeout', {
  reqwest: `${SEND}operation timed out`,
  tokio: `${CONNECT}deadline has elapsed`,
})
expectCause('tls', {
  rustls: `${CONNECT}invalid peer certificate: UnknownIssuer`,
})
expectCause('http-https-mismatch', {
  rustls: `${CONNECT}received corrupt message of type InvalidContentType`,
})
expectCause('auth-required-or-denied', {
  'oci-client': [
    'failed to pull manifest Authentication failure: {"details":"incorrect username or password"}',
    'Failed to pull image: Not authorized: url https://ghcr.io/token?scope=repository:acme/x:pull',
  ],
})
expectCause('image-not-found', {
  'oci-client': [
    'failed to pull manifest Image manifest not found: https://ghcr.io/v2/acme/x/manifests/1',
    'failed to pull manifest Registry error: url https://ghcr.io/v2/acme/x/manifests/9, envelope: OCI API errors: [OCI API error: manifest unknown]',
  ],
})
expectCause('rate-limited', {
  'oci-client':
    'failed to pull manifest HTTP status client error (429 Too Many Requests) for url (https://index.docker.io/v2/library/nginx/manifests/1)',
})
expectCause('signature-policy', {
  'image-rs': 'Image Pull error: image security validate failed: Denied by policy: rejected by `reject` rule',
})
expectCause('other', {
  'reqwest, no reason': 'failed to pull manifest error sending request for url (https://r/v2/)',
})
expectCause('corrupt-or-unpack', {
  'image-rs': [
    'unpack destination "/run/image/layers/sha256_454a" already exists',
    'Failed to decrypt layer: Failed to decrypt the image layer, please ensure that the decryption key is placed and correct',
  ],
})
expectCause('disk-full', {
  'image-rs':
    'failed to handle layer: hasher sha256: failed to unpack `/run/image/layers/sha256_32ad/opt/x`: No space left on device (os error 28)',
})
