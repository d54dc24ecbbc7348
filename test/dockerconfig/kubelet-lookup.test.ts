/** Which keys of a pull secret match which image, compared with the kubelet's keyring. */
import { describe, expect, test } from 'vitest'
import { lookUpCredentials } from '../../src/dockerconfig/kubelet-lookup.ts'
import { parseReference } from '../../src/image/reference.ts'

function lookUp(image: string, keys: string[]) {
  const reference = parseReference(image)
  if (reference === null) throw new Error(`${image} does not parse`)
  const found = lookUpCredentials(
    reference,
    keys.map(key => ({ key })),
  )
  return { tried: found.tried.map(({ key }) => key), shadowed: found.shadowed.map(({ key }) => key) }
}

describe('a key', () => {
  test.each<[string, string, boolean]>([
    ['https://index.docker.io/v1/', 'nginx', true],
    ['https://index.docker.io/v2/', 'nginx', true],
    ['http://index.docker.io', 'acme/api', true],
    ['index.docker.io', 'nginx', true],
    ['docker.io', 'nginx', true],
    ['docker.io/library', 'nginx', true],
    ['https://index.docker.io/v1', 'nginx', false],
    ['registry-1.docker.io', 'nginx', false],
    ['hub.docker.com', 'nginx', false],
    ['*.docker.io', 'nginx', false],
    ['index.docker.io', 'localhost/api', true],
    ['index.docker.io', 'localhost:5000/api', false],
    ['ghcr.io', 'ghcr.io/acme/api:v2', true],
    ['https://ghcr.io/v2/acme', 'ghcr.io/acme/api', true],
    ['ghcr.io/acme', 'ghcr.io/acme-labs/api', true],
    ['ghcr.io/acme/', 'ghcr.io/acme-labs/api', false],
    ['ghcr.io/acme/api:v2', 'ghcr.io/acme/api:v2', false],
    ['GHCR.io', 'ghcr.io/acme/api', false],
    ['ghcr.io:443', 'ghcr.io/acme/api', false],
    ['reg.example:5000', 'reg.example:5000/api', true],
    ['reg.example', 'reg.example:5000/api', false],
    ['*.example.com', 'reg.example.com/api', true],
    ['*.example.com', 'a.reg.example.com/api', false],
    ['*.*.example.com:5000', 'a.reg.example.com:5000/api', true],
    ['r?g.example.com', 'reg.example.com/api', false],
    [`${'*e'.repeat(40)}.com`, `${'e'.repeat(39)}.com/api`, false],
    ['r*g.ex*le.com', 'reg.example.com/api', true],
    ['r[a-f]g.example.com', 'reg.example.com/api', false],
    ['[::1]:5000', '[::1]:5000/api', true],
    ['[::1', '[::1]/api', false],
    ['r[eg.example.com', 'reg.example.com/api', false],
    ['ghcr.io/%zz', 'ghcr.io/acme/api', false],
    ['user@ghcr.io', 'ghcr.io/acme/api', true],
    ['HTTPS://ghcr.io', 'ghcr.io/acme/api', false],
  ])('%s serves %s: %s', (key, image, serves) => {
    expect(lookUp(image, [key]).tried).toEqual(serves ? [key] : [])
  })

  test('longer paths come before shorter ones, names before wildcards, and all are tried', () => {
    const keys = ['*.example.com', 'reg.example.com', 'reg.example.com/team']
    expect(lookUp('reg.example.com/team/api', keys).tried).toEqual(keys.toReversed())
  })

  test('the same key in two secrets is tried in the order of the secrets', () => {
    const found = lookUpCredentials({ registry: 'ghcr.io', repository: 'acme/api' }, [
      { key: 'ghcr.io', secret: 'a' },
      { key: 'https://ghcr.io', secret: 'b' },
    ])
    expect(found.tried.map(({ secret }) => secret)).toEqual(['a', 'b'])
  })

  test("Docker Hub's fallback name is not tried if its own name matches", () => {
    expect(lookUp('nginx', ['https://index.docker.io/v1/', 'docker.io'])).toEqual({
      tried: ['docker.io'],
      shadowed: ['https://index.docker.io/v1/'],
    })
  })
})
