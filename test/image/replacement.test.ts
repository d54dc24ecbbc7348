/** Which images a rule FROM=TO replaces, and by what. */
import { describe, expect, test } from 'vitest'
import { replacementsFor } from '../../src/image/replacement.ts'

describe('a rule for one version of an image', () => {
  const pinned = { from: 'nginx:1.25', to: 'quay.io/team/nginx:1.25.5' }

  test.each([
    ['that version', 'nginx:1.25', ['quay.io/team/nginx:1.25.5']],
    ['that version by its full name', 'docker.io/library/nginx:1.25', ['quay.io/team/nginx:1.25.5']],
    ['no other version', 'nginx:1.27', []],
    ['no image without a tag', 'nginx', []],
    ['no image behind it in the path', 'docker.io/library/nginx/1.25', []],
  ])('replaces %s', (_what, image, replacements) => {
    expect(replacementsFor(image, [pinned])).toEqual(replacements)
  })

  test('goes before one for all versions, however that is written', () => {
    const all = { from: 'docker.io/library/nginx', to: 'mirror.example/nginx' }
    expect(replacementsFor('nginx:1.25', [all, pinned])).toEqual(['quay.io/team/nginx:1.25.5'])
    expect(replacementsFor('nginx:1.27', [all, pinned])).toEqual(['mirror.example/nginx:1.27'])
  })

  test('with a digest replaces that digest only', () => {
    const [one, other] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
    const rule = { from: `nginx@${one}`, to: `mirror.example/nginx@${one}` }
    expect(replacementsFor(`nginx:1.25@${one}`, [rule])).toEqual([`mirror.example/nginx@${one}`])
    expect(replacementsFor(`nginx:1.25@${other}`, [rule])).toEqual([])
  })
})

test('a registry with a port is not taken for an image with a tag', () => {
  const rule = { from: 'localhost:5000', to: 'registry.example' }
  expect(replacementsFor('localhost:5000/shop:1', [rule])).toEqual(['registry.example/shop:1'])
})
