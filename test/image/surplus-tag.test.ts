import { expect, test } from 'vitest'
import { surplusTag } from '../../src/image/mistakes/surplus-tag.ts'
import { readReference } from '../../src/image/reference.ts'

const HEX = 'ab'.repeat(32)

test.each([
  ['iad.ocir.io/acme/agent:6f1a:6f1a', 'two-tags', 'iad.ocir.io/acme/agent:6f1a', /the tag "6f1a" twice/],
  ['registry.corp:5000/shop/api:1.2:1.3', 'two-tags', null, /two tags, "1\.2" and "1\.3"/],
  ['nginx:1.27:', 'colon', 'nginx:1.27', /nothing follows the ":" after the tag "1\.27"/],
  [`acme/api@sha256:${HEX}:`, 'colon', `acme/api@sha256:${HEX}`, /follows the digest/],
  [`acme/api@sha256:${HEX}:1.2`, 'after-digest', `acme/api@sha256:${HEX}`, /follows the digest, ":1\.2"/],
  [`acme/api:1@sha256:${HEX}:1`, 'after-digest', `acme/api:1@sha256:${HEX}`, /follows the digest/],
  [`acme/api:1:1@sha256:${HEX}`, 'two-tags', `acme/api:1@sha256:${HEX}`, /twice/],
  ['acme/api:2024-06-27T00:00:00Z', 'timestamp', 'acme/api:2024-06-27', /2024-06-27 as one unless .* quotes/],
  [
    `acme/api:2024-06-27T00:00:00.000Z@sha256:${HEX}`,
    'timestamp',
    `acme/api:2024-06-27@sha256:${HEX}`,
    /quotes/,
  ],
  [
    'r.corp:5000/acme/api:2024-06-27 00:00:00 +0000 UTC',
    'timestamp',
    'r.corp:5000/acme/api:2024-06-27',
    /whitespace/,
  ],
  [`acme/api:sha256:${HEX}`, 'digest-as-tag', `acme/api@sha256:${HEX}`, /a digest follows an @/],
])('in %s, what is too much is told apart from what is right', (image, kind, correct, refusal) => {
  expect(surplusTag(image)).toMatchObject({ kind, correct })
  expect(readReference(image)).toEqual({ refused: expect.stringMatching(refusal) })
})

test.each([
  'acme/api:1.2',
  `acme/api:1.2@sha256:${HEX}`,
  // A host and a port, whose path is missing.
  'registry.corp:5000:1.2',
  'localhost:5000:1.2',
  // More is wrong with these.
  'Acme/API:1:2',
  'acme/api:1:2:3',
  'acme/api:sha256:abc',
  'acme/api::1',
  // A tag that YAML did not make of a date.
  'acme/api:2024-06-27T10:15:00Z',
])('nothing is said to be too much in %s', image => expect(surplusTag(image)).toBeNull())
