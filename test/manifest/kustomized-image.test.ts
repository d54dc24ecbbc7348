/** What `images` of a kustomization makes of an image; kustomize itself gives the same. */
import { expect, test } from 'vitest'
import { type ImageRule, kustomizedImage } from '../../src/manifest/kustomized-image.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

const rule = (name: string, change: Partial<ImageRule>): ImageRule => ({
  ...{ name, newName: '', newTag: '', digest: '', tagSuffix: '' },
  ...change,
})

test.each<[string, string, Partial<ImageRule>, string | null]>([
  [
    'controller:latest',
    'controller',
    { newName: 'ghcr.io/acme/app', newTag: '1.4.2' },
    'ghcr.io/acme/app:1.4.2',
  ],
  ['controller', 'controller', { newName: 'ghcr.io/acme/app' }, 'ghcr.io/acme/app'],
  ['nginx:1.27.3', 'nginx', { newName: 'mirror.example/nginx' }, 'mirror.example/nginx:1.27.3'],
  ['nginx:1.27.3', 'nginx', { digest: DIGEST }, `nginx@${DIGEST}`],
  [`nginx:1.27.3@${DIGEST}`, 'nginx', { newTag: '1.28.0' }, 'nginx:1.28.0'],
  [`nginx:1.27.3@${DIGEST}`, 'nginx', { newName: 'web' }, `web:1.27.3@${DIGEST}`],
  ['nginx', 'nginx', { newTag: '1.28.0', digest: DIGEST }, `nginx:1.28.0@${DIGEST}`],
  [`nginx:1.27.3@${DIGEST}`, 'nginx', { tagSuffix: '-alpine' }, 'nginx:1.27.3-alpine'],
  ['localhost:5000/app', 'localhost:5000/app', { newTag: '2' }, 'localhost:5000/app:2'],
  ['nginx:1.27.3', 'nginx:1.27.3', { newTag: '2' }, 'nginx:2'],
  ['nginx-unprivileged:1', 'nginx', { newTag: '2' }, null],
  ['docker.io/library/nginx:1', 'nginx', { newTag: '2' }, null],
  ['nginx/app:1', 'nginx', { newTag: '2' }, null],
])('%s with the rule %s %j is %s', (image, name, change, expected) => {
  expect(kustomizedImage(image, rule(name, change))).toBe(expected)
})
