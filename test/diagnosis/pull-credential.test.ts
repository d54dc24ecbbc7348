/** Logins that would have worked: where they are stored, and when a registry's error shows that one was not sent. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { CredentialHint } from '../../src/diagnosis/credential/credential-report.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { reportsNoCredentialSent } from '../../src/diagnosis/refusal/denial-words.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { MadeFrom, Snapshot } from '../../src/snapshot/snapshot.ts'
import { titled } from '../titled.ts'
import { container, event, ownerLink, pod, snapshot, waiting } from './snapshots.ts'

const HUB = 'https://index.docker.io/v1/'
const DENIED = 'failed to fetch anonymous token: unexpected status: 401 Unauthorized'

const login = (
  name: string,
  namespace = 'web',
  key = 'ghcr.io',
  fields: Partial<PullSecret> = {},
): PullSecret => ({
  namespace,
  name,
  type: 'kubernetes.io/dockerconfigjson',
  problem: null,
  entries: [{ key, username: 'acme', problem: null }],
  ...fields,
})
const loginOf = (name: string, key: string, username: string) =>
  login(name, 'web', key, { entries: [{ key, username, problem: null }] })
const account = (name: string, imagePullSecrets: string[], namespace = 'web') => ({
  namespace,
  name,
  imagePullSecrets,
})
const failing = (image: string, message = DENIED) =>
  container({ image, state: waiting('ErrImagePull', message) })
const credentialOf = (fields: Partial<Snapshot>, of: Partial<Pod> = {}, image = 'ghcr.io/acme/api') => {
  const pods = [pod({ containers: [failing(image)], ...of })]
  return diagnose(snapshot({ pods, ...fields })).findings[0]?.credential
}
const hub = login('hub', 'web', HUB)

describe('a login that the pod does not reference', () => {
  test.each(
    titled<
      [fields: Partial<Snapshot>, hints: CredentialHint[] | undefined, of?: Partial<Pod>, image?: string]
    >({
      'in its namespace': [
        { elsewhere: { pullSecrets: [login('a'), login('q', 'web', 'quay.io')], serviceAccounts: [] } },
        [{ code: 'not-named', namespace: 'web', secret: 'a', own: 'default' }],
      ],
      'in its namespace, nearly under the name that the pod lists': [
        {
          pullSecrets: [
            { namespace: 'web', name: 'registry-secret', type: null, problem: 'missing', entries: [] },
          ],
          elsewhere: { pullSecrets: [login('registrysecret'), login('a')], serviceAccounts: [] },
        },
        [
          {
            code: 'not-named',
            namespace: 'web',
            secret: 'registrysecret',
            own: 'default',
            misspelled: 'registry-secret',
          },
          { code: 'not-named', namespace: 'web', secret: 'a', own: 'default' },
        ],
        { pullSecrets: ['registry-secret'] },
      ],
      'on another service account': [
        { elsewhere: { pullSecrets: [login('a')], serviceAccounts: [account('builder', ['x', 'a'])] } },
        [
          {
            code: 'on-service-account',
            namespace: 'web',
            secret: 'a',
            own: 'default',
            serviceAccount: 'builder',
          },
        ],
      ],
      'on its own service account, changed later': [
        { pullSecrets: [login('a')], serviceAccounts: [account('default', ['a'])] },
        [{ code: 'service-account-changed-later', serviceAccount: 'default', secrets: ['a'] }],
      ],
      'on its own service account, which its own list leaves out': [
        { pullSecrets: [login('a'), hub], serviceAccounts: [account('default', ['a'])] },
        [{ code: 'service-account-secrets-ignored', serviceAccount: 'default', secrets: ['a'] }],
        { pullSecrets: ['hub'] },
      ],
      'on its own service account, which an entry without a name keeps out': [
        { pullSecrets: [login('a')], serviceAccounts: [account('default', ['a'])] },
        [{ code: 'service-account-secrets-ignored', serviceAccount: 'default', secrets: ['a'] }],
        { unnamedSecret: true },
      ],
      'on its own service account, whose entry without a name the pod got as well': [
        {
          pullSecrets: [login('a')],
          serviceAccounts: [{ ...account('default', ['a']), unnamedSecret: true }],
        },
        [{ code: 'service-account-changed-later', serviceAccount: 'default', secrets: ['a'] }],
        { unnamedSecret: true },
      ],
      'on its own service account, besides one for another registry': [
        {
          pullSecrets: [login('a'), login('q', 'web', 'quay.io'), hub],
          serviceAccounts: [account('default', ['q', 'a'])],
        },
        [{ code: 'service-account-secrets-ignored', serviceAccount: 'default', secrets: ['a'] }],
        { pullSecrets: ['hub'] },
      ],
      "for Docker Hub, whose other hosts' names the kubelet does not match with it": [
        { pullSecrets: [hub] },
        [{ code: 'hub-name', namespace: 'web', secret: 'hub', name: 'docker.io/acme/api' }],
        { pullSecrets: ['hub'] },
        'registry.hub.docker.com/acme/api:2',
      ],
      'in another namespace': [
        { elsewhere: { pullSecrets: [login('b', 'shop'), login('a', 'shop')], serviceAccounts: [] } },
        [
          { code: 'in-namespace', namespace: 'shop', secret: 'b', account: 'default' },
          { code: 'in-namespace', namespace: 'shop', secret: 'a', account: 'default' },
        ],
      ],
      'in its namespace before any other': [
        { elsewhere: { pullSecrets: [login('b', 'shop'), login('a')], serviceAccounts: [] } },
        [{ code: 'not-named', namespace: 'web', secret: 'a', own: 'default' }],
      ],
      'for Docker Hub, whose account the hardened images take': [
        { pullSecrets: [hub] },
        [{ code: 'same-account', namespace: 'web', secret: 'hub', key: 'dhi.io', of: 'docker.io' }],
        { pullSecrets: ['hub'] },
        'dhi.io/python:3',
      ],
      "for another of IBM's registries, which all take an API key": [
        {
          pullSecrets: [loginOf('key', 'us.icr.io', 'iamapikey')],
        },
        [{ code: 'same-account', namespace: 'web', secret: 'key', key: 'de.icr.io', of: 'us.icr.io' }],
        { pullSecrets: ['key'] },
        'de.icr.io/acme/api:1',
      ],
      "for another of IBM's registries, but not for that of entitlement keys": [
        {
          pullSecrets: [loginOf('key', 'us.icr.io', 'iamapikey')],
        },
        undefined,
        { pullSecrets: ['key'] },
        'cp.icr.io/cp/kafka:2',
      ],
      'on its own service account only, which gives new pods a malformed one, too': [
        {
          pullSecrets: [login('a'), login('bad', 'web', 'ghcr.io', { problem: 'malformed', entries: [] })],
          serviceAccounts: [account('default', ['bad', 'a'])],
        },
        undefined,
      ],
      "for the predecessor of GitHub's registry": [
        { pullSecrets: [login('old', 'web', 'docker.pkg.github.com')] },
        [
          {
            code: 'same-account',
            namespace: 'web',
            secret: 'old',
            key: 'ghcr.io',
            of: 'docker.pkg.github.com',
          },
        ],
        { pullSecrets: ['old'] },
        'ghcr.io/acme/api:1',
      ],
      "for another of Google's registries, which all take the key of a service account": [
        {
          pullSecrets: [loginOf('key', 'https://eu.gcr.io', '_json_key')],
        },
        [
          {
            code: 'same-account',
            namespace: 'web',
            secret: 'key',
            key: 'europe-west3-docker.pkg.dev',
            of: 'eu.gcr.io',
          },
        ],
        { pullSecrets: ['key'] },
        'europe-west3-docker.pkg.dev/acme/models/scorer:7',
      ],
      "with a token for another of Google's registries": [
        {
          pullSecrets: [loginOf('token', 'gcr.io', 'oauth2accesstoken')],
        },
        undefined,
        { pullSecrets: ['token'] },
        'europe-west3-docker.pkg.dev/acme/models/scorer:7',
      ],
      'for another registry': [
        {
          pullSecrets: [hub],
          elsewhere: { pullSecrets: [login('q', 'web', 'quay.io')], serviceAccounts: [] },
        },
        undefined,
        { pullSecrets: ['hub'] },
      ],
      'that is empty or broken': [
        {
          elsewhere: {
            pullSecrets: [
              login('a', 'web', 'ghcr.io', {
                entries: [{ key: 'ghcr.io', username: null, problem: 'empty-auth' }],
              }),
              login('b', 'web', 'ghcr.io', { problem: 'malformed' }),
            ],
            serviceAccounts: [],
          },
        },
        undefined,
      ],
      'is of no help beside a malformed one': [
        {
          pullSecrets: [login('own', 'web', 'x', { problem: 'malformed', entries: [] }), login('a', 'shop')],
        },
        undefined,
        { pullSecrets: ['own'] },
      ],
      'is of no matter to one that had a login': [
        { pullSecrets: [login('own'), login('a')] },
        undefined,
        { pullSecrets: ['own'] },
      ],
      'nor to one that may have had one': [
        { pullSecrets: [login('own', 'web', 'x', { problem: 'forbidden', entries: [] }), login('a')] },
        undefined,
        { pullSecrets: ['own'] },
      ],
    }),
  )('%s', (_name, fields, hints, of, image) => {
    expect(credentialOf(fields, of, image)?.hints).toEqual(hints)
  })

  test('is not reported for a pull that failed for another reason', () => {
    const pods = [
      pod({ containers: [failing('ghcr.io/acme/api', 'dial tcp: lookup ghcr.io: no such host')] }),
    ]
    const elsewhere = { pullSecrets: [login('a')], serviceAccounts: [] }
    expect(diagnose(snapshot({ pods, elsewhere })).findings[0]?.credential).toEqual({
      status: 'none',
      attempts: [],
    })
  })

  test('copied into hundreds of namespaces is found in the namespace of each pod', () => {
    const namespaces = Array.from({ length: 300 }, (_, index) => `team-${index}`)
    const pullSecrets = namespaces.map(namespace => login('a', namespace))
    const pods = namespaces.map(namespace =>
      pod({
        namespace,
        name: `pod-${namespace}`,
        uid: namespace,
        containers: [failing(`ghcr.io/acme/${namespace}`)],
      }),
    )
    const { findings } = diagnose(snapshot({ pods, elsewhere: { pullSecrets, serviceAccounts: [] } }))
    expect(new Set(findings.map(({ credential }) => credential.hints?.[0]?.code))).toEqual(
      new Set(['not-named']),
    )
  })
})

describe("a registry's error and a login that should have been sent", () => {
  test.each<[string, boolean]>([
    ['pull access denied: no basic auth credentials', true],
    ['Unauthenticated request. Unauthenticated requests do not have permission "x" on resource', true],
    ['toomanyrequests: You have reached your pull rate limit.', false],
    ['failed to fetch oauth token: unexpected status: 401 Unauthorized', false],
    [
      '[failed to pull and unpack image "x": failed to fetch anonymous token: 401, failed to pull and unpack image "x": failed to fetch oauth token: 403]',
      false,
    ],
  ])('%s: %s', (text, nothing) => {
    expect(reportsNoCredentialSent(text)).toBe(nothing)
  })

  test('contradict each other only if there is such a login', () => {
    const facts = { pullSecrets: [login('own')] }
    expect(credentialOf(facts, { pullSecrets: ['own'] })).toMatchObject({
      status: 'usable',
      contradicted: true,
    })
    expect(credentialOf(facts)).not.toHaveProperty('contradicted')
    const upstream =
      'unexpected status from GET request to https://mirror.example/v2/acme/api/manifests/1?ns=ghcr.io: 429 Too Many Requests: toomanyrequests: You have reached your unauthenticated pull rate limit'
    const pods = [pod({ containers: [failing('ghcr.io/acme/api', upstream)], pullSecrets: ['own'] })]
    expect(diagnose(snapshot({ pods, ...facts })).findings).toMatchObject([
      { cause: 'rate-limited', endpoint: { role: 'mirror' }, credential: { status: 'usable' } },
    ])
    expect(diagnose(snapshot({ pods, ...facts })).findings[0]?.credential).not.toHaveProperty('contradicted')
  })
})

describe('a list of pull secrets that the pod got when it was created', () => {
  const made = (template: Partial<MadeFrom>, secrets = ['new']) => {
    const controller = { apiVersion: 'batch/v1', kind: 'Job', name: 'load', uid: 'load' }
    const pods = [pod({ containers: [failing('ghcr.io/acme/api')], pullSecrets: ['old'], controller })]
    const gone = login('old', 'web', 'ghcr.io', { problem: 'missing', entries: [] })
    const facts = { pullSecrets: [gone, login('new')], serviceAccounts: [account('default', secrets)] }
    const owners = [
      ownerLink('Job', 'load', { template: { mark: null, images: {}, pullSecrets: ['old'], ...template } }),
    ]
    const [found] = diagnose(snapshot({ pods, ...facts, owners })).findings
    return { ...found, codes: found && stepsFor(found).map(({ code }) => code) }
  }

  test('is from its service account if its template names none, and a new pod gets the one of today', () => {
    const found = made({ pullSecrets: [] })
    expect(found.credential).toMatchObject({
      attempts: [{ secret: 'old', from: 'serviceaccount' }],
      hints: [{ code: 'service-account-changed-later', serviceAccount: 'default', secrets: ['new'] }],
    })
    expect(found.remedies).toEqual(['recreate'])
    expect(found.codes?.[0]).toBe('recreate-pods')
  })

  test('is no older than the one of a new pod if the account has the same today', () => {
    expect(made({ pullSecrets: [] }, ['old']).remedies).toEqual(['authenticate'])
  })

  test('is its own if its template names it', () => {
    const found = made({})
    expect(found.credential).toMatchObject({
      attempts: [{ secret: 'old', from: 'pod' }],
      hints: [{ code: 'service-account-secrets-ignored', serviceAccount: 'default', secrets: ['new'] }],
    })
    expect(found.remedies).toEqual(['authenticate'])
  })

  test('is its own if its template names it, even if the account has it, too', () => {
    const found = made({}, ['old', 'new'])
    expect(found.credential).toMatchObject({
      attempts: [{ secret: 'old', from: 'pod' }],
      hints: [{ code: 'service-account-secrets-ignored', serviceAccount: 'default', secrets: ['new'] }],
    })
    expect(found.codes).not.toContain('recreate-pods')
  })

  const controller = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'api', uid: 'api' }
  const unknown = (pullSecrets: string[], today: string[], fields: Partial<Pod>) => {
    const pods = [pod({ containers: [failing('ghcr.io/acme/api')], pullSecrets, ...fields })]
    const facts = { pullSecrets: [hub, login('new')], serviceAccounts: [account('default', today)] }
    return diagnose(snapshot({ pods, ...facts })).findings
  }

  test('stays with a bare pod, whose copy has the same, so that only another manifest brings a login', () => {
    const [found] = unknown(['hub'], ['hub', 'new'], {})
    expect(found?.remedies).not.toContain('recreate')
    expect(found && stepsFor(found)[0].code).toBe('use-known-secret')
  })

  test.each<[string, string[], string[], string | undefined]>([
    ['is from its account if that has it and more today', ['hub'], ['hub', 'new'], 'recreate-pods'],
    ['is its own if the account has only others', ['hub'], ['new'], 'use-known-secret'],
  ])('%s, where its template is not known', (_title, listed, today, first) => {
    const [found] = unknown(listed, today, { controller })
    expect(found && stepsFor(found)[0].code).toBe(first)
    expect(found?.credential.hints).toMatchObject(
      first === 'recreate-pods'
        ? [{ code: 'service-account-changed-later', secrets: ['new'], unlessListed: true }]
        : [{ code: 'service-account-secrets-ignored', secrets: ['new'] }],
    )
  })

  test('was replaced on its way in if its template names another one, so that a login in the template is lost, too', () => {
    const found = made({ pullSecrets: ['new'] }, [])
    expect(found.credential?.hints).toEqual([
      { code: 'not-named', namespace: 'web', secret: 'new', own: 'default', dropped: true },
    ])
    expect(found.codes?.[0]).toBe('use-known-secret')
    expect(found.codes).not.toContain('distribute-login')
  })
})

describe('a secret that is newer than the last attempt', () => {
  const text = 'pull access denied, repository does not exist or may require authorization'
  const found = (fields: Partial<PullSecret>, { takenAt = '2026-11-24T10:10:00Z', error = text } = {}) => {
    const image = 'registry.example/acme/api'
    const pods = [pod({ containers: [failing(image, error)], pullSecrets: ['own'] })]
    const message = `Failed to pull image "${image}": ${error}`
    const events = [event({ message, lastSeen: '2026-11-24T10:05:00Z' })]
    const pullSecrets = [login('own', 'web', 'registry.example', fields)]
    return diagnose(snapshot({ takenAt, pods, events, pullSecrets })).findings[0]
  }

  test.each<[string, Partial<PullSecret>, true | undefined]>([
    ['that was there', { createdAt: '2026-11-24T10:04:00Z' }, undefined],
    ['of unknown age', {}, undefined],
  ])('%s: %o', (_what, fields, cameLater) => {
    expect(found(fields)?.credential.cameLater).toBe(cameLater)
  })

  test('may have been tried since, if it is older than the longest wait between two attempts', () => {
    const later = found({ createdAt: '2026-11-24T10:09:00Z' }, { takenAt: '2026-11-24T10:20:00Z' })
    expect(later?.credential).not.toHaveProperty('cameLater')
  })

  test('explains no refusal of an identity that the registry names', () => {
    const error =
      'denied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: ecr:BatchGetImage'
    expect(found({ createdAt: '2026-11-24T10:09:00Z' }, { error })?.credential).not.toHaveProperty(
      'cameLater',
    )
  })

  test('was not refused, so the pull is retried before anything else is changed', () => {
    const denied = found(
      { createdAt: '2026-11-24T10:09:00Z' },
      {
        error:
          'unexpected status from HEAD request to https://registry.example/v2/acme/api/manifests/1: 403 Forbidden',
      },
    )
    expect(denied).toMatchObject({ subcause: 'denied-or-missing' })
    const codes = denied === undefined ? [] : stepsFor(denied).map(({ code }) => code)
    expect(codes[0]).toBe('restart-pull')
    expect(codes).not.toContain('distribute-login')
  })
})

describe('a token in a secret', () => {
  const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
  const head = (host: string) =>
    `unexpected status from HEAD request to https://${host}/v2/a/b/manifests/1: 403 Forbidden`
  const codes = (
    fields: Partial<PullSecret>,
    { host = ECR, username = 'AWS', error = head(host), more = {} } = {},
  ) => {
    const entries = [{ key: host, username, problem: null, ...more }]
    const pods = [pod({ containers: [failing(`${host}/a/b/c:1`, error)], pullSecrets: ['own'] })]
    const pullSecrets = [login('own', 'web', host, { entries, ...fields })]
    const [first] = diagnose(snapshot({ pods, pullSecrets })).findings
    return first === undefined ? [] : stepsFor(first).map(({ code }) => code)
  }
  const OLD = { createdAt: '2026-11-21T10:00:00Z' }

  test.each([
    ['ECR', {}],
    [
      'ACR',
      {
        host: 'acme.azurecr.io',
        username: '00000000-0000-0000-0000-000000000000',
        error:
          'unexpected status from HEAD request to https://acme.azurecr.io/v2/a/b/manifests/1: 401 Unauthorized',
      },
    ],
  ])('that is older than one of %s lasts is renewed before its rights are changed', (_cloud, of) => {
    expect(codes(OLD, of)[0]).toBe('renew-token')
  })

  test.each<[string, Partial<PullSecret>, Parameters<typeof codes>[1]]>([
    ['that is new', { createdAt: '2026-11-24T09:00:00Z' }, {}],
    ['that was renewed in place', { ...OLD, changedAt: '2026-11-24T09:00:00Z' }, {}],
    ['of unknown age', {}, {}],
    ['that says itself how long it is valid', OLD, { more: { validUntil: '2026-11-24T12:00:00Z' } }],
    ['that is a password which lasts', OLD, { host: 'acme.azurecr.io', username: 'pull-token' }],
    [
      'whose identity the registry names',
      OLD,
      {
        error:
          'denied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: ecr:BatchGetImage on resource: x',
      },
    ],
  ])('%s is not renewed', (_what, fields, of) => {
    expect(codes(fields, of)).not.toContain('renew-token')
  })
})
