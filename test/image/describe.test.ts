/** What `image` reports for one name: the pull policy that the API server would set, and whose limit a pull counts towards. */
import { describe, expect, test } from 'vitest'
import { describeImage } from '../../src/image/describe.ts'

const SHA = `sha256:${'a'.repeat(64)}`

describe('an image', () => {
  test.each<[string, string]>([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    [`nginx@${SHA}`, 'IfNotPresent'],
    [`nginx:latest@${SHA}`, 'Always'],
    ['Nginx', 'IfNotPresent'],
    ['', 'IfNotPresent'],
  ])('%j has the default policy %s', (image, policy) => {
    expect(describeImage(image).defaultPullPolicy).toBe(policy)
  })

  test.each<[string, boolean]>([
    ['nginx', true],
    ['acme/api', true],
    ['index.docker.io/acme/api', true],
    ['registry-1.docker.io/library/nginx', true],
    ['Registry-1.docker.io:443/library/nginx', true],
    ['index.docker.io:443/library/nginx', true],
    ['registry.hub.docker.com/library/nginx', true],
    ['registry-1.docker.io:5000/library/nginx', false],
    ['hub.docker.com/library/nginx', false],
    ['mirror.gcr.io/library/nginx', false],
    ['ghcr.io/acme/api', false],
    ['localhost/acme/api', false],
    ['Nginx', false],
  ])('%s counts towards Docker Hub: %s', (image, counts) => {
    expect(describeImage(image).countsTowardsDockerHub).toBe(counts)
  })

  test('is described completely', () => {
    expect(describeImage('localhost:5000/team/api')).toEqual({
      input: 'localhost:5000/team/api',
      valid: true,
      error: null,
      reference: 'localhost:5000/team/api:latest',
      registry: 'localhost:5000',
      repository: 'team/api',
      tag: 'latest',
      digest: null,
      defaultPullPolicy: 'Always',
      countsTowardsDockerHub: false,
    })
    expect(describeImage(`nginx@${SHA}`)).toMatchObject({ tag: null, digest: SHA })
    expect(describeImage('Nginx')).toMatchObject({ valid: false, reference: null, registry: null })
  })
})
