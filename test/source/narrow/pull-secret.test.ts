/** A pull secret is described as the kubelet would read it, and nothing that can log in leaves the room. */
import { describe, expect, test } from 'vitest'
import { narrowPullSecret } from '../../../src/source/narrow/pull-secret.ts'
import { describeMissingSecret, narrowServiceAccount } from '../../../src/source/narrow/related-objects.ts'
import { titled } from '../../titled.ts'

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
/** Of the older form, whose content has no `auths` around it. */
const flat = (content: unknown) => secret('kubernetes.io/dockercfg', { '.dockercfg': content })
const entry = (value: unknown) => json({ auths: { 'r.io': value } })

describe('the Secret as a whole', () => {
  test('of another type shows its keys unless one of them holds a docker config, and no value of any', () => {
    const fields = { username: base64('AWS'), password: base64('hunter2') }
    expect(narrowPullSecret(secret('Opaque', fields))).toMatchObject({ fields: ['password', 'username'] })
    const config = { ...fields, '.dockerconfigjson': base64('{}') }
    expect(narrowPullSecret(secret('Opaque', config))).not.toHaveProperty('fields')
  })

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
    ['the older form with something behind it', flat(base64('{"r.io":{}}x')), 'malformed', 'auths'],
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
      flat(base64('{"auths":{"r.io":{"auth":"Zm9vOmJhcg=="}}}')),
      'wrong-layout',
      'config.json',
    ],
    [
      'the new form without a login under the flat key',
      flat(base64('{"auths":{},"HttpHeaders":{}}')),
      'wrong-layout',
      'config.json',
    ],
    [
      'a credential store under the flat key, which makes the Secret malformed',
      flat(base64('{"auths":{},"credsStore":"desktop"}')),
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
    ['a redacted value', flat('REDACTED'), 'not-in-dump', '.dockercfg'],
    [
      'the length of the value, as must-gather notes it',
      flat(base64('187 bytes long')),
      'not-in-dump',
      '.dockercfg',
    ],
    ['stars', flat('***'), 'not-in-dump', '.dockercfg'],
    ['an empty value', flat(''), 'not-in-dump', '.dockercfg'],
    ['null as value', flat(null), 'not-in-dump', '.dockercfg'],
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
    const raw = flat(base64('{"r.io":{"auth":"Zm9vOmJhcg=="}}'))
    expect(narrowPullSecret(raw)?.entries).toEqual([{ key: 'r.io', username: 'foo', problem: null }])
  })

  test('a registry named auths is a registry', () => {
    const raw = flat(base64('{"auths":{"auth":"Zm9vOmJhcg=="}}'))
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
    ['a password with colons', { auth: base64('foo:b:a:r') }, 'foo', null],
    ['an empty entry, as Docker Desktop writes it', {}, null, 'empty-auth'],
    ['null', null, null, 'empty-auth'],
    ['an empty auth', { auth: '' }, null, 'empty-auth'],
    ['a colon alone', { auth: base64(':') }, null, 'empty-auth'],
    ['a token as both', { username: 'c4nary', password: 'c4nary' }, '[redacted]', null],
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

describe('what writes it', () => {
  const writer = (metadata: object) =>
    narrowPullSecret({ metadata: { name: 'regcred', ...metadata } })?.writer

  test.each(
    titled<[object, object | undefined]>({
      'nothing that shows': [{}, undefined],
      'an ExternalSecret': [
        { ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'acr' }] },
        { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'acr' },
      ],
      'a SealedSecret': [
        { ownerReferences: [{ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'acr' }] },
        { type: 'resource', kind: 'SealedSecret', group: 'bitnami.com', name: 'acr' },
      ],
      "one of Kubernetes' own objects": [
        { ownerReferences: [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'x' }] },
        undefined,
      ],
      'an ExternalSecret that does not own it': [
        { labels: { 'reconcile.external-secrets.io/created-by': '5f2c' } },
        { type: 'tool', name: 'External Secrets Operator' },
      ],
      Reflector: [
        { annotations: { 'reflector.v1.k8s.emberstack.com/reflects': 'ops/regcred' } },
        { type: 'copy', of: 'ops/regcred' },
      ],
      'kubernetes-replicator, pushed': [
        { annotations: { 'replicator.v1.mittwald.de/replicated-from-version': '90210' } },
        { type: 'copy', of: null },
      ],
      kubed: [
        { annotations: { 'kubed.appscode.com/origin': '{"namespace":"ops","name":"regcred"}' } },
        { type: 'copy', of: null },
      ],
      Kyverno: [{ labels: { 'generate.kyverno.io/source-name': 'regcred' } }, { type: 'copy', of: null }],
      'Kyverno, with the uid of the original': [
        {
          labels: { 'generate.kyverno.io/source-namespace': 'ops', 'generate.kyverno.io/source-uid': 'b76c' },
        },
        { type: 'copy', of: null },
      ],
      'Kyverno, with the namespace of the original': [
        {
          labels: {
            'generate.kyverno.io/source-name': 'regcred',
            'generate.kyverno.io/source-namespace': 'ops',
          },
        },
        { type: 'copy', of: 'ops/regcred' },
      ],
      'the hierarchical namespace controller': [
        { labels: { 'app.kubernetes.io/managed-by': 'hnc.x-k8s.io', 'hnc.x-k8s.io/inherited-from': 'ops' } },
        { type: 'copy', of: 'ops/regcred' },
      ],
      Helm: [
        {
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { 'meta.helm.sh/release-name': 'shop' },
        },
        { type: 'manager', manager: { tool: 'helm', name: 'shop' } },
      ],
      'imagepullsecret-patcher': [
        { annotations: { 'app.kubernetes.io/managed-by': 'imagepullsecret-patcher' } },
        { type: 'tool', name: 'imagepullsecret-patcher' },
      ],
      'pullguard itself': [{ labels: { 'app.kubernetes.io/managed-by': 'pullguard' } }, { type: 'fix' }],
    }),
  )('is %s', (_name, metadata, expected) => {
    expect(writer(metadata)).toEqual(expected)
  })
})

describe('a login', () => {
  const [MINUTE, SECONDS] = ['2026-11-27T08:45:00.000Z', Date.UTC(2026, 10, 27, 8, 45) / 1000]
  const jwt = (claims: object) =>
    `${base64('{"alg":"RS256"}')}.${base64(JSON.stringify(claims))}.c2ln`.replaceAll('=', '')
  const first = (value: object) => narrowPullSecret(entry(value))?.entries[0]

  test.each<[string, string, string | undefined]>([
    ['a JWT, such as a token of ACR', jwt({ exp: SECONDS }), MINUTE],
    [
      'the password of a login for ECR',
      base64(JSON.stringify({ payload: 'x', expiration: SECONDS })),
      MINUTE,
    ],
    ['a JWT that never expires', jwt({ sub: 'x' }), undefined],
    ['a claim that is not a time', jwt({ exp: 'soon' }), undefined],
    ['a claim beyond all dates', jwt({ exp: 1e20 }), undefined],
    ['a password', 'hunter2', undefined],
    ['a password with dots', 'a.b.c', undefined],
  ])('says how long it lasts: %s', (_name, password, validUntil) => {
    const found = first({ username: 'x', password })
    expect(found?.validUntil).toBe(validUntil)
    expect(JSON.stringify(found)).not.toContain(password)
  })

  test.each<[string, object, string | undefined]>([
    ['one of ACR', { aud: 'acme.azurecr.io' }, 'acme.azurecr.io'],
    ['one whose audience is no registry', { aud: 'https://vault.azure.net' }, undefined],
    ['one with several audiences', { aud: ['acme.azurecr.io'] }, undefined],
    ['one without an audience', { exp: SECONDS }, undefined],
  ])('says for which registry its token was issued: %s', (_name, claims, issuedFor) => {
    expect(first({ username: 'x', password: jwt(claims) })?.issuedFor).toBe(issuedFor)
  })

  test('in auth takes precedence over user and password', () => {
    expect(first({ username: 'ann', password: 'x', auth: 'Zm9vOmJhcg==' })).toMatchObject({
      username: 'foo',
      problem: null,
    })
  })

  test.each<[string, object, true | undefined]>([
    ['the same in both', { username: 'ci', password: 'new', auth: base64('ci:new') }, undefined],
    ['another password', { username: 'ci', password: 'new', auth: base64('ci:old') }, true],
    ['another user name', { username: 'ci', password: 'new', auth: base64('bot:new') }, true],
    ['only auth', { auth: base64('ci:new') }, undefined],
    ['no auth', { username: 'ci', password: 'new' }, undefined],
  ])('that is written twice: %s', (_name, value, overridden) => {
    expect(first(value)?.overridden).toBe(overridden)
  })

  const KEY = '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\nMII=\\n"}'
  test.each<[string, string, string, string | undefined]>([
    ['the path of a file', '_json_key', './key.json', 'file-name'],
    ['the path of a file for curl', 'ci', '@token.txt', 'file-name'],
    ['a path below the home', 'ci', '~/.ngc/api.key', 'file-name'],
    ['a mounted file', 'ci', '/run/secrets/registry', 'file-name'],
    ['a command for a shell', 'AWS', '$(aws ecr get-login-password --region eu-west-1)', 'unexpanded'],
    ['a command in backticks', '_json_key', '`cat key.json`', 'unexpanded'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nothing expanded it
    ['a variable of a shell', 'ci', '${REGISTRY_TOKEN}', 'unexpanded'],
    ['a variable without braces', 'ci', '$CI_DEPLOY_PASSWORD', 'unexpanded'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nothing expanded it
    ['an expression of a workflow', 'ci', '${{ secrets.GHCR_TOKEN }}', 'unexpanded'],
    ['an expression of a template', 'ci', '{{ .Values.registry.password }}', 'unexpanded'],
    ['what a template writes for a missing value', 'ci', '<no value>', 'no-value'],
    [
      'the same in place of the user name, beside a password that was removed',
      '<no value>',
      'REDACTED',
      'no-value',
    ],
    ['a missing value of Python', 'ci', 'None', 'no-value'],
    ['a password with such a word in it', 'ci', 'nullpointer', undefined],
    ['no key', '_json_key', 'AIzaSyD-9tSrke72', 'no-key'],
    ['JSON without a key', 'json_key', '{"id":"aje0"}', 'no-key'],
    ['a key that is not in base64', '_json_key_base64', KEY, 'no-key'],
    ['a key in base64 under the other name', '_json_key', base64(KEY), 'no-key'],
    ['a key', '_json_key', KEY, undefined],
    ['a key with a line feed after it', 'json_key', `${KEY}\n`, undefined],
    ['a key in base64', '_json_key_base64', base64(KEY), undefined],
    ['a key that was removed', '_json_key', '[REDACTED]', undefined],
    ['a token of dots', 'oauth2accesstoken', 'ya29.c.Kp0B-json', undefined],
    ['a password with a dollar', 'ci', '$ecret{1}', undefined],
    ['a password with slashes', 'ci', '/9j/4AAQSkZJRg==', undefined],
    ['a short password of capitals', 'ci', '$ABC', undefined],
    ['a long password of capitals', 'ci', '$SUMMER2024', undefined],
    ['a word in place of a key that was removed', '_json_key', '<password>', undefined],
    ['a key whose secret part alone was removed', '_json_key', '{"private_key":""}', undefined],
  ])('may be %s', (_name, username, password, mistake) => {
    expect(first({ username, password })?.mistake).toBe(mistake)
  })
})

test.each([
  ['eks.amazonaws.com/role-arn', 'aws'],
  ['azure.workload.identity/client-id', 'azure'],
  ['iam.gke.io/gcp-service-account', 'google'],
  ['example.com/role', undefined],
])('a service account with %s has an identity of %s', (annotation, identity) => {
  const account = narrowServiceAccount({ metadata: { name: 'api', annotations: { [annotation]: 'x' } } })
  expect(account?.workloadIdentity).toBe(identity)
})

test.each([
  [{ 'app.kubernetes.io/instance': 'shop', release: 'old' }, 'shop'],
  [{ release: 'shop' }, 'shop'],
  [{}, null],
])('a service account that is a Helm hook is of the release that its labels %j name', (labels, release) => {
  const metadata = { name: 'api', annotations: { 'helm.sh/hook': 'pre-install' }, labels }
  expect(narrowServiceAccount({ metadata })?.hook).toEqual({ release })
})

test.each([
  ['JFrogExchange', 'jfrog'],
  ['quay.io/federated-robot-account', 'quay'],
  ['eks.amazonaws.com/ecr-role-arn', 'ecr'],
  ['quay.io/host', undefined],
])('a service account with %s is meant for the credential provider of %s', (annotation, provider) => {
  const account = narrowServiceAccount({ metadata: { name: 'api', annotations: { [annotation]: 'x' } } })
  expect(account?.pullsThrough).toBe(provider)
})

test.each([
  ['its creation, where nobody wrote it again', [['f:data', '2026-11-20T10:00:00Z']], undefined],
  [
    'the newest write of its data',
    [
      ['f:data', '2026-11-20T10:00:00Z'],
      ['f:data', '2026-11-24T09:00:00Z'],
      ['f:metadata', '2026-11-24T10:00:00Z'],
    ],
    '2026-11-24T09:00:00Z',
  ],
])('the content of a Secret is as old as %s', (_what, writes, changedAt) => {
  const managedFields = writes.map(([field = '', time]) => ({ time, fieldsV1: { [field]: {} } }))
  const metadata = { name: 's', creationTimestamp: '2026-11-20T10:00:00Z', managedFields }
  expect(narrowPullSecret({ metadata })?.changedAt).toBe(changedAt)
})
