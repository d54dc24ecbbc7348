/** A pull secret is described as the kubelet would read it, and nothing that can log in leaves the room. */
import { describe, expect, test } from 'vitest'
import { describeMissingSecret, narrowPullSecret } from '../../../src/source/narrow/pull-secret.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const secret = (type: string, data: Record<string, unknown>) => ({
  metadata: { namespace: 'web', name: 'regcred' },
  type,
  data,
})
const json = (config: unknown) =>
  secret('kubernetes.io/dockerconfigjson', {
    '.dockerconfigjson': base64(typeof config === 'string' ? config : JSON.stringify(config)),
  })
const entry = (value: unknown) => json({ auths: { 'r.io': value } })

describe('the Secret as a whole', () => {
  test.each([
    ['Opaque', secret('Opaque', { '.dockerconfigjson': base64('{}') }), 'wrong-type', 'Opaque'],
    ['no type', { metadata: { name: 's' }, data: {} }, 'wrong-type', 'Opaque'],
    [
      'a key of the other form',
      secret('kubernetes.io/dockerconfigjson', { '.dockercfg': base64('{}') }),
      'wrong-key',
      '.dockercfg',
    ],
    [
      'the other key of the other form',
      secret('kubernetes.io/dockercfg', { '.dockerconfigjson': base64('{}') }),
      'wrong-key',
      '.dockerconfigjson',
    ],
    ['content that is not JSON', json('{"auths":'), 'malformed', 'not a JSON object'],
    ['text', json('user:password'), 'malformed', 'not a JSON object'],
    [
      'the older form with something behind it',
      secret('kubernetes.io/dockercfg', { '.dockercfg': base64('{"r.io":{}}x') }),
      'malformed',
      'auths',
    ],
    ['auths that is a list', json({ auths: [] }), 'malformed', 'auths'],
    ['an entry that is a string', entry('x'), 'malformed', 'r.io'],
    ['a number where a string belongs', entry({ email: false }), 'malformed', 'r.io'],
    ['an auth that is not base64', entry({ auth: '%%%' }), 'malformed', 'r.io'],
    ['an auth without a colon', entry({ auth: base64('pants') }), 'malformed', 'r.io'],
    ['an auth with a blank after it', entry({ auth: `${base64('foo:bar')} ` }), 'malformed', 'r.io'],
    ['an auth with wrong padding', entry({ auth: 'Zm9vOmJhcg=' }), 'malformed', 'r.io'],
    ['headers of a wrong type', json({ auths: {}, HttpHeaders: { a: 1 } }), 'malformed', 'HttpHeaders'],
    ['credsStore alone', json({ credsStore: 'desktop' }), 'creds-store-only', undefined],
    [
      'credHelpers and no auths',
      json({ auths: {}, credHelpers: { 'r.io': 'x' } }),
      'creds-store-only',
      undefined,
    ],
    ['nothing', json({}), 'no-entries', undefined],
    [
      'the flat form under the new key',
      json({ 'r.io': { auth: base64('a:b') } }),
      'wrong-layout',
      'dockercfg',
    ],
    [
      'the new form under the flat key',
      secret('kubernetes.io/dockercfg', {
        '.dockercfg': base64('{"auths":{"r.io":{"auth":"Zm9vOmJhcg=="}}}'),
      }),
      'wrong-layout',
      'config.json',
    ],
    [
      'the new form without a login under the flat key',
      secret('kubernetes.io/dockercfg', { '.dockercfg': base64('{"auths":{},"HttpHeaders":{}}') }),
      'wrong-layout',
      'config.json',
    ],
    [
      'a credential store under the flat key, which makes the Secret malformed',
      secret('kubernetes.io/dockercfg', { '.dockercfg': base64('{"auths":{},"credsStore":"desktop"}') }),
      'malformed',
      'credsStore',
    ],
    ['null, which Go reads as empty', json('null'), 'no-entries', undefined],
    [
      'data removed from a dump',
      { metadata: { name: 's' }, type: 'kubernetes.io/dockercfg' },
      'not-in-dump',
      'data',
    ],
    [
      'a redacted value',
      secret('kubernetes.io/dockercfg', { '.dockercfg': 'REDACTED' }),
      'not-in-dump',
      '.dockercfg',
    ],
    ['stars', secret('kubernetes.io/dockercfg', { '.dockercfg': '***' }), 'not-in-dump', '.dockercfg'],
    ['an empty value', secret('kubernetes.io/dockercfg', { '.dockercfg': '' }), 'not-in-dump', '.dockercfg'],
    ['null as value', secret('kubernetes.io/dockercfg', { '.dockercfg': null }), 'not-in-dump', '.dockercfg'],
  ])('%s', (_what, raw, problem, detail) => {
    const described = narrowPullSecret(raw)
    expect(described).toMatchObject({ problem, entries: [] })
    expect(described?.detail).toBe(detail)
  })

  test('stringData of a manifest counts as data', () => {
    const raw = {
      metadata: { name: 's' },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': '{"auths":{"r.io":{"username":"ann","password":"x"}}}' },
    }
    expect(narrowPullSecret(raw)).toMatchObject({
      problem: null,
      entries: [{ key: 'r.io', username: 'ann' }],
    })
  })

  test('the older flat form has its entries at the top level', () => {
    const raw = secret('kubernetes.io/dockercfg', {
      '.dockercfg': base64('{"r.io":{"auth":"Zm9vOmJhcg=="}}'),
    })
    expect(narrowPullSecret(raw)?.entries).toEqual([{ key: 'r.io', username: 'foo', problem: null }])
  })

  test('a registry named auths is a registry', () => {
    const raw = secret('kubernetes.io/dockercfg', {
      '.dockercfg': base64('{"auths":{"auth":"Zm9vOmJhcg=="}}'),
    })
    expect(narrowPullSecret(raw)?.entries).toEqual([{ key: 'auths', username: 'foo', problem: null }])
  })

  test('an object without a name is not a Secret', () => {
    expect([null, 1, [], {}, { metadata: null }, { metadata: { name: 7 } }].map(narrowPullSecret)).toEqual(
      Array(6).fill(null),
    )
  })
})

describe('an entry', () => {
  test.each([
    ['user and password', { username: 'ann', password: 'x' }, 'ann', null],
    ['field names in another case', { Username: 'ann', PASSWORD: 'x' }, 'ann', null],
    ['auth', { auth: 'Zm9vOmJhcg==' }, 'foo', null],
    ['auth without padding', { auth: 'Zm9vOmJhcg' }, 'foo', null],
    ['auth with line ends', { auth: 'Zm9vOm\nJhcg==\n' }, 'foo', null],
    [
      'auth takes precedence over user and password',
      { username: 'ann', password: 'x', auth: 'Zm9vOmJhcg==' },
      'foo',
      null,
    ],
    ['a password with colons', { auth: base64('foo:b:a:r') }, 'foo', null],
    ['an empty entry, as Docker Desktop writes it', {}, null, 'empty-auth'],
    ['null', null, null, 'empty-auth'],
    ['an empty auth', { auth: '' }, null, 'empty-auth'],
    ['a colon alone', { auth: base64(':') }, null, 'empty-auth'],
    ['a user without password', { username: 'ann' }, 'ann', 'half'],
    ['a password without user', { auth: base64(':x') }, null, 'half'],
    ['an identity token', { identitytoken: 'canary' }, null, 'token-only'],
    [
      'an identity token with a placeholder user',
      { auth: base64('0000:'), identitytoken: 'canary' },
      '0000',
      'token-only',
    ],
    ['a registry token', { registrytoken: 'canary' }, null, 'token-only'],
  ])('%s', (_what, value, username, problem) => {
    expect(narrowPullSecret(entry(value))?.entries).toEqual([{ key: 'r.io', username, problem }])
  })
})

test('no password, auth or token gets out of any field', () => {
  const canary = 'c4n4ry-pa55word'
  const hostile = [
    entry({ username: 'ann', password: canary }),
    entry({ auth: base64(`ann:${canary}`) }),
    entry({ auth: base64(canary) }),
    entry({ identitytoken: canary, registrytoken: canary }),
    entry({ username: `dckr_pat_${canary}`, password: 'x' }),
    entry({ auth: canary }),
    entry(canary),
    json(canary),
    json(`{"auths":{"r.io":{"auth":"${canary}"`),
    json({ auths: { [`https://ann:${canary}@r.io`]: { auth: 5 } } }),
    json({ auths: { [`ann:${canary}@r.io`]: { auth: 5 } } }),
    json({ auths: { [`ann:${canary}@r.io`]: { username: 'ann', password: canary } } }),
    json({ auths: {}, HttpHeaders: { Authorization: canary, x: 1 } }),
    secret('Opaque', { password: base64(canary) }),
    {
      ...entry({}),
      metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': canary } },
    },
  ]
  const output = JSON.stringify(hostile.map(narrowPullSecret))
  expect(output).not.toContain(canary)
  expect(output).not.toContain(base64(canary).replace(/=+$/, ''))
  expect(output).not.toContain(base64(`ann:${canary}`).replace(/=+$/, ''))
})

test('a Secret that could not be parsed says why', () => {
  expect(describeMissingSecret('web', 'regcred', 'forbidden')).toEqual({
    namespace: 'web',
    name: 'regcred',
    type: null,
    problem: 'forbidden',
    entries: [],
  })
})
