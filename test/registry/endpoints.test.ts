/** Which URL serves a registry. */
import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { endpointOf, parseEndpoints } from '../../src/registry/endpoints.ts'

const none = parseEndpoints([], {})

test.each([
  ['docker.io', 'https://registry-1.docker.io/'],
  ['index.docker.io', 'https://registry-1.docker.io/'],
  ['ghcr.io', 'https://ghcr.io/'],
  ['registry.example:5000', 'https://registry.example:5000/'],
  ['localhost:5000', 'http://localhost:5000/'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
  ['[::1]:5000', 'http://[::1]:5000/'],
  ['10.0.0.5:5000', 'https://10.0.0.5:5000/'],
])('%s is served at %s', (registry, url) => {
  expect(endpointOf(registry, none).href).toBe(url)
})

test('the flag takes precedence over the variable, and both name registries as references do', () => {
  const env = {
    PULLGUARD_REGISTRY_ENDPOINTS: 'index.docker.io=http://127.0.0.1:1, quay.io=http://127.0.0.1:2',
  }
  const overrides = parseEndpoints(['docker.io=http://127.0.0.1:15000'], env)
  expect(endpointOf('docker.io', overrides).href).toBe('http://127.0.0.1:15000/')
  expect(endpointOf('quay.io', overrides).href).toBe('http://127.0.0.1:2/')
})

test.each([
  'docker.io',
  '=http://127.0.0.1',
  'docker.io=',
  'docker.io=127.0.0.1:15000',
  'docker.io=ftp://x',
  'docker.io=https://x/mirror',
  'docker.io=https://x/?a=b',
  'docker.io=https://jane:c4n4ry@x',
  'docker.io=https//jane:c4n4ry@x',
  'https://jane:c4n4ry@x',
])('%s is a usage error that prints no password', text => {
  const read = () => parseEndpoints([text], {})
  expect(read).toThrow(UsageError)
  expect(read).toThrow(/^(?!.*c4n4ry)/s)
})

test.each(['a/b', 'a@b', 'a b', ''])('%j is not a registry host', registry => {
  expect(() => endpointOf(registry, none)).toThrow(UsageError)
})
