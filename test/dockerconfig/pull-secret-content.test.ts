/** What a Secret holds already is compared and completed, never thrown away. */
import { expect, test } from 'vitest'
import { dockerConfigJson } from '../../src/dockerconfig/docker-config.ts'
import {
  contentWithKeys,
  holdsCredentials,
  withCredentials,
} from '../../src/dockerconfig/pull-secret-content.ts'
import { login } from '../registry/hub.ts'

const HUB = 'https://index.docker.io/v1/'
const wanted = dockerConfigJson([login('good')])
const auth = Buffer.from('jane:good').toString('base64')

test.each<[what: string, stored: unknown, holds: boolean]>([
  ['the same text', JSON.parse(wanted), true],
  ['auth alone', { auths: { [HUB]: { auth } } }, true],
  ['the two fields alone', { auths: { [HUB]: { username: 'jane', password: 'good' } } }, true],
  ['more registries', { auths: { [HUB]: { auth }, 'quay.io': {} } }, true],
  [
    'an auth that overrides good fields',
    { auths: { [HUB]: { username: 'jane', password: 'good', auth: 'eDp5' } } },
    false,
  ],
  ["Docker Hub's other name", { auths: { 'docker.io': { auth } } }, true],
  ["another login under Docker Hub's other name", { auths: { [HUB]: { auth }, 'docker.io': {} } }, false],
  [
    'an entry beside it that fails the whole',
    { auths: { [HUB]: { auth }, 'quay.io': { auth: 'x' } } },
    false,
  ],
  ['another spelling of the key', { auths: { 'https://index.docker.io/v1': { auth } } }, false],
  ['an empty entry', { auths: { [HUB]: {} } }, false],
  ['no auths', {}, false],
  ['a list', [], false],
])('%s', (_what, stored, holds) => {
  expect(holdsCredentials(JSON.stringify(stored), wanted)).toBe(holds)
})

test('under the plain name too it holds the login where the kubelet looks for that name alone', () => {
  const both = contentWithKeys(wanted, [HUB, 'docker.io']) ?? ''
  expect(JSON.parse(both).auths['docker.io']).toEqual(JSON.parse(wanted).auths[HUB])
  expect(holdsCredentials(wanted, both)).toBe(false)
  expect(holdsCredentials(withCredentials(wanted, both), both)).toBe(true)
  expect(contentWithKeys(wanted, [HUB, 'quay.io'])).toBeNull()
})

test('completing keeps other registries and fields, replaces its own key, and then holds', () => {
  const quay = { auth: 'eDp5', email: 'x@y' }
  const stored = JSON.stringify({
    HttpHeaders: { a: 'b' },
    auths: { 'quay.io': quay, [HUB]: { auth: 'eDp5' } },
  })
  const completed = withCredentials(stored, wanted)
  expect(JSON.parse(completed)).toMatchObject({ HttpHeaders: { a: 'b' }, auths: { 'quay.io': quay } })
  expect(holdsCredentials(completed, wanted)).toBe(true)
  expect(withCredentials(completed, wanted)).toBe(completed)
})

test('completing drops what the kubelet can not read, and gives its login to a name that comes first', () => {
  const stored = {
    auths: { 'quay.io': { auth: '%' }, 'ghcr.io': 'text', 'r.io': {}, 'docker.io': { auth: 'eDp5' } },
  }
  const completed = withCredentials(JSON.stringify(stored), wanted)
  expect(JSON.parse(completed)).toEqual({
    auths: { 'r.io': {}, [HUB]: JSON.parse(wanted).auths[HUB], 'docker.io': JSON.parse(wanted).auths[HUB] },
  })
  expect(holdsCredentials(completed, wanted)).toBe(true)
  expect(withCredentials(completed, wanted)).toBe(completed)
})

test.each(['', 'no json', '[]', 'null', '{"auths":[]}'])(
  '%j is replaced, for the kubelet can not read it',
  stored => {
    expect(holdsCredentials(stored, wanted)).toBe(false)
    expect(holdsCredentials(withCredentials(stored, wanted), wanted)).toBe(true)
  },
)
