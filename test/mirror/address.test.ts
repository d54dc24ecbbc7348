/** Addresses of mirrors: what nodes can use, and what is refused without repeating a password. */
import { expect, test } from 'vitest'
import { isShortName, readAddress, readRegistry } from '../../src/mirror/address.ts'

const STRICT = { plainHttp: false, onEveryNode: false, registries: ['docker.io'] }

test.each([
  ['https://mirror.example.com', 'https://mirror.example.com', ''],
  ['https://Mirror.Example.com/', 'https://mirror.example.com', ''],
  ['https://mirror.example.com/v2/', 'https://mirror.example.com', ''],
  ['https://mirror.example.com:5000', 'https://mirror.example.com:5000', ''],
  ['https://10.0.0.5:443', 'https://10.0.0.5', ''],
  ['https://harbor.example.com/v2/proxy', 'https://harbor.example.com/v2/proxy', 'proxy'],
  ['https://nexus.example.com/v2/a/b-c_d/', 'https://nexus.example.com/v2/a/b-c_d', 'a/b-c_d'],
  [' https://[fd00::5]:5000 ', 'https://[fd00::5]:5000', ''],
])('%s is read as %s', (text, url, prefix) => {
  expect(readAddress(text, STRICT)).toMatchObject({ url, prefix })
})

test.each([
  ['', 'empty'],
  ['mirror.example.com', 'no-scheme'],
  ['mirror.example.com:5000', 'no-scheme'],
  ['localhost:5000', 'no-scheme'],
  ['//mirror.example.com', 'no-scheme'],
  ['https:/mirror.example.com', 'no-scheme'],
  ['ftp://mirror.example.com', 'other-scheme'],
  ['oci://mirror.example.com', 'other-scheme'],
  ['https://', 'malformed'],
  ['https://mirror.example.com:0', 'malformed'],
  ['https://mirror example.com', 'malformed'],
  ['https://user:secret@mirror.example.com', 'login'],
  ['https://user@mirror.example.com', 'login'],
  ['user:secret@mirror.example.com', 'login'],
  ['https://user:sec/ret@mirror.example.com', 'malformed'],
  ['https://mirror.example.com?ns=docker.io', 'query'],
  ['https://mirror.example.com/#x', 'query'],
  ['https://harbor.example.com/proxy', 'path'],
  ['https://harbor.example.com/proxy/v2', 'path'],
  ['https://harbor.example.com/v2/Proxy', 'path'],
  ['https://harbor.example.com/v2/a"b', 'path'],
  ['https://mirror.example.com/v1', 'path'],
  ['http://mirror.example.com', 'plain-http'],
  ['http://127.0.0.1:5000', 'loopback'],
  ['https://localhost:5000', 'loopback'],
  ['https://[::1]:5000', 'loopback'],
  ['https://0.0.0.0', 'loopback'],
  ['http://cache.registry.svc:5000', 'service-name'],
  ['https://cache.registry.svc.cluster.local', 'service-name'],
  ['https://pod.cluster.local', 'service-name'],
  ['https://registry-1.docker.io', 'docker-hub'],
  ['https://docker.io', 'docker-hub'],
])('%s is refused as %s', (text, problem) => {
  expect(readAddress(text, STRICT)).toEqual({ problem })
})

test('the registry to mirror is not its own mirror', () => {
  const rules = { ...STRICT, registries: ['ghcr.io', 'registry.example.com:5000'] }
  expect(readAddress('https://ghcr.io', rules)).toEqual({ problem: 'itself' })
  expect(readAddress('https://registry.example.com:5000', rules)).toEqual({ problem: 'itself' })
  expect(readAddress('https://mirror.gcr.io', rules)).toMatchObject({ host: 'mirror.gcr.io' })
})

test.each([
  ['registry.kube-system', true],
  ['registry.kube-system:5000', true],
  ['registry', true],
  ['kind-registry:5000', true],
  ['registry.example.com', false],
  ['registry.corp.internal', false],
  ['10.0.0.5:5000', false],
  ['[fd00::5]:5000', false],
  ['localhost:5000', false],
])('whether %s is a short name: %s', (host, short) => {
  expect(isShortName({ host })).toBe(short)
})

test('plain HTTP and loopback are accepted where they are intended', () => {
  const rules = { plainHttp: true, onEveryNode: true, registries: [] }
  expect(readAddress('http://127.0.0.1:30500', rules)).toMatchObject({ url: 'http://127.0.0.1:30500' })
})

test.each([
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['GHCR.io', 'ghcr.io'],
  ['registry.example.com:5000', 'registry.example.com:5000'],
  ['https://ghcr.io', null],
  ['ghcr.io/acme', null],
  ['', null],
  ['nginx', null],
  ['a"b.c', null],
])('the registry %s is read as %s', (text, registry) => {
  expect(readRegistry(text)).toBe(registry)
})
