/** From images to the registries whose logins are looked for. */
import { expect, test } from 'vitest'
import { wantedRegistries } from '../../src/keychain/wanted-registries.ts'

const images = ['nginx', 'quay.io/a/b:1', 'index.docker.io/acme/app', 'nginx:2', 'Not:An:Image']

test('each registry is wanted once, with its repositories', () => {
  expect(wantedRegistries(images)).toEqual([
    { registry: 'docker.io', repositories: ['library/nginx', 'acme/app'] },
    { registry: 'quay.io', repositories: ['a/b'] },
  ])
})

test('--registry wants that registry alone, also where no image names it', () => {
  expect(wantedRegistries(images, ['quay.io'])).toEqual([{ registry: 'quay.io', repositories: ['a/b'] }])
  expect(wantedRegistries(images, ['ghcr.io'])).toEqual([{ registry: 'ghcr.io', repositories: [] }])
})
