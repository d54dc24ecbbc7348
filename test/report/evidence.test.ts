/** The telling end of an error, as displayed on a screen. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tellingEnd } from '../../src/report/words/evidence.ts'

const LIMIT =
  '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'

test.each([
  [
    `Back-off pulling image "nginx": ErrImagePull: failed to pull and unpack image "docker.io/library/nginx:latest": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:0d17: ${LIMIT}`,
    `… ${LIMIT}`,
  ],
  [
    'Failed to pull image "nginx:1.O": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.O": failed to resolve reference "docker.io/library/nginx:1.O": docker.io/library/nginx:1.O: not found',
    '… docker.io/library/nginx:1.O: not found',
  ],
  [
    'Failed to pull image "r.example/a:1": failed to pull and unpack image "r.example/a:1": failed to resolve reference "r.example/a:1": failed to do request: Head "https://r.example/v2/a/manifests/1": dial tcp: lookup r.example on 10.0.0.2:53: no such host',
    '… lookup r.example on 10.0.0.2:53: no such host',
  ],
  [
    'failed to do request: Head "https://r.example/v2/a/manifests/1": dial tcp 10.0.0.9:443: i/o timeout',
    '… Head "https://r.example/v2/a/manifests/1": dial tcp 10.0.0.9:443: i/o timeout',
  ],
  [
    'failed to do request: Get "https://r.example/v2/": net/http: TLS handshake timeout',
    '… Get "https://r.example/v2/": net/http: TLS handshake timeout',
  ],
  [
    'Failed to pull image "a:1": Error response from daemon: pull access denied for a, repository does not exist or may require \'docker login\': denied: requested access to the resource is denied',
    "… pull access denied for a, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  ],
  [
    'failed to extract layer: write /var/lib/x: no space left on device',
    'failed to extract layer: write /var/lib/x: no space left on device',
  ],
  ['no colon at all', 'no colon at all'],
  // Docker, where the status decides what the page means.
  [
    `Error response from daemon: error parsing HTTP 404 response body: invalid character '<' looking for beginning of value: "<!DOCTYPE HTML><title>404 Not Found</title><p>${'not here '.repeat(30)}</p>"`,
    `… error parsing HTTP 404 response body: invalid character '<' looking for beginning of value: "<!DOCTYPE HTML><title>404 Not Found</title><p>${'not here '.repeat(30)}</p>"`,
  ],
  // Kata's agent, whose status is printed as Rust does.
  [
    'failed to create containerd task: failed to create shim task: rpc status: Status { code: INTERNAL, message: "[CDH] [ERROR]: Image Pull error: Failed to pull image quay.io/acme/api:1 from all mirror/mapping locations or original location: image: quay.io/acme/api:1, error: Errors happened when pulling image: Failed to decode layer data stream: Failed to unpack layer: Failed to set permissions for path: /run/kata-containers/image/layers/7", details: [], special_fields: SpecialFields { unknown_fields: UnknownFields { fields: None }, cached_size: CachedSize { size: 0 } } }',
    '… quay.io/acme/api:1, error: Errors happened when pulling image: Failed to decode layer data stream: Failed to unpack layer: Failed to set permissions for path: /run/kata-containers/image/layers/7',
  ],
])('a long error is shown from where its reason begins: %s', (text, end) => {
  expect(tellingEnd(text, part => part.length <= 200)).toBe(end)
})

test('a last word that says little is shown with what precedes it, however long that is', () => {
  const path = `write /var/lib/${'x'.repeat(90)}`
  expect(tellingEnd(`failed to extract layer: ${path}: unknown`, () => false)).toBe(`… ${path}: unknown`)
  expect(tellingEnd(`${path}: no space left on device: unknown`, part => part.length < 60)).toBe(
    '… no space left on device: unknown',
  )
})

test('the URL of a request is left out before what it was for', () => {
  const url = `https://r.example/token?scope=repository%3A${'x'.repeat(90)}`
  const text = `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to ${url}: 401 Unauthorized`
  expect(tellingEnd(text, part => part.length <= 70)).toBe(
    '… failed to fetch anonymous token: … 401 Unauthorized',
  )
  expect(tellingEnd(text, part => part.length <= 20)).toBe('… 401 Unauthorized')
})

test('what it shows is always the end of the text, with the last clause whole', () => {
  const clause = fc.constantFrom('a', 'b c', 'rpc error', '"x: y"', 'failed to copy', 'x'.repeat(90))
  fc.assert(
    fc.property(fc.array(clause, { minLength: 1 }), fc.integer({ min: 10, max: 120 }), (clauses, room) => {
      const text = clauses.join(': ')
      const end = tellingEnd(text, part => part.length <= room).replace(/^… /, '')
      expect(text.endsWith(end)).toBe(true)
      expect(end.endsWith(clauses.at(-1)?.split(': ').at(-1) ?? '')).toBe(true)
    }),
  )
})
