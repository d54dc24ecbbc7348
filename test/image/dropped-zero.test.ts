import { expect, test } from 'vitest'
import { droppedZero } from '../../src/image/mistakes/dropped-zero.ts'

test.each([
  // By the version that the pod's labels name.
  ['acme/web:1.2', '1.20', null, '1.20'],
  ['acme/web:2', '2.0', null, '2.0'],
  ['acme/web:3.1', '3.100', 'acme/web:3.99', '3.100'],
  // By the tag before it.
  ['acme/web:1.2', null, 'acme/web:1.19', '1.20'],
  ['acme/web:1.1', null, 'acme/web:1.9', '1.10'],
  ['acme/web:2', null, 'acme/web:1.9', '2.0'],
  ['quay.io/acme/web:1.2', '2.7', 'quay.io/acme/web:1.19', '1.20'],
])(
  '%s lost a zero where the labels say %s and the tag before was that of %s',
  (image, version, before, meant) => {
    expect(droppedZero(image, { version, before })?.meant).toBe(meant)
  },
)

test.each([
  ['acme/web:1.2', '1.2', null],
  ['acme/web:1.2', '1.21', 'acme/web:1.1'],
  // Strings, which YAML leaves alone.
  ['acme/web:v1.2', 'v1.20', 'acme/web:v1.19'],
  ['acme/web:1.2.2', '1.2.20', 'acme/web:1.2.19'],
  ['acme/web:1.2-alpine', '1.20-alpine', null],
  // Other zeros, and versions that do not follow.
  ['acme/web:1.2', '01.20', null],
  ['acme/web:12', '120', null],
  ['acme/web:1.2', null, 'acme/web:1.12'],
  ['acme/web:1.2', null, 'acme/web:2.19'],
  // Of another image, or pulled by its digest.
  ['acme/web:1.2', null, 'acme/api:1.19'],
  [`acme/web:1.2@sha256:${'a'.repeat(64)}`, '1.20', null],
  ['acme/web', '1.20', null],
])(
  'nothing shows that %s lost a zero where the labels say %s and the tag before was that of %s',
  (image, version, before) => {
    expect(droppedZero(image, { version, before })).toBeNull()
  },
)
