/** The content of a pull secret: what the kubelet reads, always the same bytes. */
import { expect, test } from 'vitest'
import { explicitCredential } from '../../src/dockerconfig/credential.ts'
import { dockerConfigJson } from '../../src/dockerconfig/docker-config.ts'
import { UsageError } from '../../src/errors.ts'

const hub = explicitCredential('index.docker.io', 'jane', 'pässword\r\n')
const quay = explicitCredential('quay.io', 'robot', 'secret')

test('holds username, password and auth under the canonical key', () => {
  expect(JSON.parse(dockerConfigJson([hub]))).toEqual({
    auths: {
      'https://index.docker.io/v1/': {
        username: 'jane',
        password: 'pässword',
        auth: Buffer.from('jane:pässword').toString('base64'),
      },
    },
  })
})

test('is the same text whatever order the credentials come in', () => {
  expect(dockerConfigJson([hub, quay])).toBe(dockerConfigJson([quay, hub]))
})

test('leaves out identity tokens, which the kubelet ignores', () => {
  expect(dockerConfigJson([{ ...quay, kind: 'identity-token' }])).toBe('{"auths":{}}')
})

test.each([
  ['', 'secret'],
  ['ja:ne', 'secret'],
  ['jane', ''],
  ['jane', '\n'],
])('a login that can not be one is a usage error: %j with %j', (username, password) => {
  expect(() => explicitCredential('docker.io', username, password)).toThrow(UsageError)
})
