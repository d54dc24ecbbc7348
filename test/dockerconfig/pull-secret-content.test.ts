/** What a Secret holds: created the same way every time, compared and completed as the kubelet reads it, never discarded. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import { login } from '../registry/hub.ts'

const HUB = 'https://index.docker.io/v1/'
const auth = Buffer.from('jane:good').toString('base64')
const wanted = PullSecretContent.of([login('good')])
const read = (text: string) =>
  PullSecretContent.inSecret({ data: { '.dockerconfigjson': Buffer.from(text).toString('base64') } })
const stored = (value: unknown) => read(JSON.stringify(value))
const text = (content: PullSecretContent) => Buffer.from(content.revealData(), 'base64').toString('utf8')
const json = (content: PullSecretContent | null) => content && JSON.parse(text(content))

describe('content made from logins', () => {
  const hub = login('pässword')
  const quay = login('secret', 'quay.io')

  test('has username, password and auth under the canonical key', () => {
    expect(json(PullSecretContent.of([hub]))).toEqual({
      auths: {
        [HUB]: {
          username: 'jane',
          password: 'pässword',
          auth: Buffer.from('jane:pässword').toString('base64'),
        },
      },
    })
  })

  test('is the same text whatever the order of the logins', () => {
    const [one, other] = [PullSecretContent.of([hub, quay]), PullSecretContent.of([quay, hub])]
    expect(text(one)).toBe(text(other))
  })

  test('omits identity tokens, which the kubelet ignores', () => {
    expect(text(PullSecretContent.of([{ ...quay, kind: 'identity-token' }]))).toBe('{"auths":{}}')
  })

  test('does not reveal them by accident', () => {
    const content = PullSecretContent.of([hub])
    const shown = inspect({ content }, { depth: 9, showHidden: true }) + JSON.stringify({ content }) + content
    expect(shown).not.toMatch(/pässword|jane|auths/)
  })
})

test.each<[what: string, stored: unknown, holds: boolean]>([
  ['the same text', json(wanted), true],
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
  ['a malformed entry beside it', { auths: { [HUB]: { auth }, 'quay.io': { auth: 'x' } } }, false],
  ['another spelling of the key', { auths: { 'https://index.docker.io/v1': { auth } } }, false],
  ['an empty entry', { auths: { [HUB]: {} } }, false],
  ['the fields in capitals, which are the same to Go', { Auths: { [HUB]: { Auth: auth } } }, true],
  ['malformed headers', { auths: { [HUB]: { auth } }, HttpHeaders: [] }, false],
  ['no auths', {}, false],
  ['a list', [], false],
])(
  'whether a secret already serves a login is judged as the kubelet reads it: %s',
  (_what, value, serves) => {
    expect(stored(value).serves(wanted)).toBe(serves)
  },
)

test('with several logins it shows which of them it serves', () => {
  const both = PullSecretContent.of([login('good'), login('x', 'quay.io')])
  expect(wanted.servedKeys(both)).toEqual([HUB])
})

test('under the plain name it also holds the login if the kubelet looks for that name only', () => {
  const both = wanted.only([HUB, 'docker.io'])
  if (both === null) throw new Error('it has both')
  expect(json(both).auths['docker.io']).toEqual(json(wanted).auths[HUB])
  expect(wanted.serves(both)).toBe(false)
  expect(wanted.completedWith(both).serves(both)).toBe(true)
  expect(wanted.only([HUB, 'quay.io'])).toBeNull()
})

test('completing keeps other registries and fields, replaces its own key, and then serves the login', () => {
  const quay = { auth: 'eDp5', email: 'x@y' }
  const completed = stored({
    HttpHeaders: { a: 'b' },
    auths: { 'quay.io': quay, [HUB]: { auth: 'eDp5' } },
  }).completedWith(wanted)
  expect(json(completed)).toMatchObject({ HttpHeaders: { a: 'b' }, auths: { 'quay.io': quay } })
  expect(completed.serves(wanted)).toBe(true)
  expect(text(completed.completedWith(wanted))).toBe(text(completed))
})

test("a new password replaces somebody else's login, and only renews our own", () => {
  const before = PullSecretContent.of([login('before')])
  const after = PullSecretContent.of([login('after')])
  expect(before.replacedBy(after, false)).toMatchObject([{ key: HUB }])
  expect(before.replacedBy(after, true)).toEqual([])
  expect(before.replacedBy(before, false)).toEqual([])
})

test("completing drops what the kubelet can't read and gives its login to a name that takes precedence", () => {
  const completed = stored({
    HttpHeaders: { a: 1 },
    Auths: { 'quay.io': { auth: '%' }, 'ghcr.io': 'text', 'r.io': {}, 'docker.io': { auth: 'eDp5' } },
  }).completedWith(wanted)
  expect(json(completed)).toEqual({
    auths: { 'r.io': {}, [HUB]: json(wanted).auths[HUB], 'docker.io': json(wanted).auths[HUB] },
  })
  expect(completed.serves(wanted)).toBe(true)
  expect(text(completed.completedWith(wanted))).toBe(text(completed))
})

test.each(['', 'no json', '[]', 'null', '{"auths":[]}'])(
  "%j is replaced because the kubelet can't read it",
  content => {
    expect(read(content).serves(wanted)).toBe(false)
    expect(read(content).completedWith(wanted).serves(wanted)).toBe(true)
  },
)
