/** Which images a node may keep: those whose name stands for one build, by habit or by a digest. */
import { expect, test } from 'vitest'
import { hasVersion, isFixedImage, isLatest } from '../../src/image/fixed-tag.ts'
import { parseReference } from '../../src/image/reference.ts'

const DIGEST = `@sha256:${'a'.repeat(64)}`

test.each<[image: string, fixed: boolean, version: boolean, latest: boolean]>([
  [`nginx${DIGEST}`, true, true, false],
  [`nginx:latest${DIGEST}`, true, true, false],
  ['nginx:1.27.3', true, true, false],
  ['nginx:v1.27.3-alpine', true, true, false],
  ['acme/app:2026-11-29', true, true, false],
  ['acme/app:main-20261129.4', true, true, false],
  ['acme/app:sha-3f2a1bc', true, true, false],
  ['nginx:1.27', false, true, false],
  ['nginx:1', false, false, false],
  ['acme/app:main', false, false, false],
  ['acme/app:stable', false, false, false],
  ['acme/app:deadbeef', false, false, false],
  ['nginx', false, false, true],
  ['nginx:latest', false, false, true],
])('%s: fixed %s, version %s, latest %s', (image, fixed, version, latest) => {
  const reference = parseReference(image)
  expect(reference && [isFixedImage(image), hasVersion(reference), isLatest(reference)]).toEqual([
    fixed,
    version,
    latest,
  ])
})
