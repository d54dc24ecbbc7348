/** From images to the registries whose logins are needed. */
import { expect, test } from 'vitest'
import { registriesOf } from '../../src/keychain/wanted-registries.ts'

const images = ['nginx', 'quay.io/a/b:1', 'index.docker.io/acme/app', 'nginx:2', 'Not:An:Image']

test('each registry is listed once, with its repositories', () => {
  expect(registriesOf(images)).toEqual([
    { registry: 'docker.io', repositories: ['library/nginx', 'acme/app'] },
    { registry: 'quay.io', repositories: ['a/b'] },
  ])
})
