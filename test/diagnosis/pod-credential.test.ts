/** Whether a pull had a usable credential, and where the chain from pod to registry breaks. */
import { describe, expect, test } from 'vitest'
import { podCredentials } from '../../src/diagnosis/credential/pod-credential.ts'
import { explainPod } from '../../src/diagnosis/why.ts'
import type { Obstacle } from '../../src/diagnosis/why-report.ts'
import { indexOwners } from '../../src/snapshot/owners.ts'
import type { Container, Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { container, event, pod, snapshot, waiting } from './snapshots.ts'

const credentialFor = (of: Pod, image: string, facts: Snapshot) =>
  podCredentials(facts, indexOwners(facts.owners)).reportFor(of, image)

const RUNNING = container({ ready: true, state: { type: 'running', startedAt: null } })
const obstacle = (code: Obstacle['code'], name: string | null, reason = ''): Obstacle => ({
  code,
  container: name,
  reason,
})

const HUB = 'https://index.docker.io/v1/'

function secret(name: string, fields: Partial<PullSecret> = {}): PullSecret {
  return {
    namespace: 'web',
    name,
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: [],
    ...fields,
  }
}
const login = (name: string, key = HUB, username = 'acme') =>
  secret(name, { entries: [{ key, username, problem: null }] })

describe('the credential of a pull', () => {
  test.each<[string, PullSecret[], string, string | null]>([
    ['a login for the registry', [login('hub')], 'usable', null],
    [
      'a secret that does not exist',
      [secret('hub', { problem: 'missing', type: null })],
      'broken',
      'secret-missing',
    ],
    ["a secret that can't be read", [secret('hub', { problem: 'forbidden' })], 'unknown', 'secret-forbidden'],
    ['a secret that was not read', [], 'unknown', 'secret-unread'],
    ['a secret outside the dump', [secret('hub', { problem: 'not-in-dump' })], 'unknown', 'secret-unread'],
    [
      'an Opaque secret',
      [secret('hub', { problem: 'wrong-type', detail: 'Opaque' })],
      'broken',
      'wrong-type',
    ],
    [
      'a secret in the layout of the other type',
      [secret('hub', { problem: 'wrong-layout', detail: 'config.json' })],
      'broken',
      'wrong-layout',
    ],
    ['a secret without its data key', [secret('hub', { problem: 'wrong-key' })], 'broken', 'wrong-key'],
    ['a malformed secret', [secret('hub', { problem: 'malformed', detail: HUB })], 'broken', 'malformed'],
    [
      'a copied credential store',
      [secret('hub', { problem: 'creds-store-only' })],
      'broken',
      'creds-store-only',
    ],
    ['a secret without entries', [secret('hub', { problem: 'no-entries' })], 'broken', 'no-entries'],
    ['a login for another registry', [login('hub', 'ghcr.io')], 'none', 'other-registry'],
    ['a key that never matches', [login('hub', 'registry-1.docker.io')], 'broken', 'key-never-matches'],
    [
      'an empty login',
      [secret('hub', { entries: [{ key: HUB, username: null, problem: 'empty-auth' }] })],
      'broken',
      'empty-auth',
    ],
    [
      'an identity token',
      [secret('hub', { entries: [{ key: HUB, username: 'acme', problem: 'token-only' }] })],
      'broken',
      'token-only',
    ],
  ])('%s', (_name, pullSecrets, status, problem) => {
    const report = credentialFor(pod({ pullSecrets: ['hub'] }), 'nginx', snapshot({ pullSecrets }))
    expect(report.status).toBe(status)
    expect(report.attempts).toHaveLength(1)
    expect(report.attempts[0]).toMatchObject({ secret: 'hub', usable: problem === null, problem })
  })

  test.each<[string[], string, object]>([
    [['reg.example'], 'reg.example:5000/api', { problem: 'key-never-matches', mismatch: 'port-missing' }],
    [['quay.io', 'GHCR.io'], 'ghcr.io/acme/api', { key: 'GHCR.io', mismatch: 'case' }],
    [['ghcr.io/other', 'ghcr.io/Acme'], 'ghcr.io/acme/api', { key: 'ghcr.io/Acme', mismatch: 'case' }],
    [
      ['ghcr.io/other'],
      'ghcr.io/acme/api',
      { problem: 'other-registry', key: 'ghcr.io/other', mismatch: 'path' },
    ],
    [
      ['ghcr.io/other', 'quay.io'],
      'ghcr.io/acme/api',
      { problem: 'other-registry', key: 'ghcr.io/other, quay.io' },
    ],
  ])('the keys %j for %s: %j', (keys, image, expected) => {
    const pullSecrets = [
      secret('hub', { entries: keys.map(key => ({ key, username: 'acme', problem: null })) }),
    ]
    const { attempts } = credentialFor(pod({ pullSecrets: ['hub'] }), image, snapshot({ pullSecrets }))
    expect(attempts).toMatchObject([expected])
  })

  test('the source that reports a secret missing is part of the result', () => {
    const pullSecrets = [secret('hub', { problem: 'missing', type: null, provenBy: 'kubelet' })]
    const { attempts } = credentialFor(pod({ pullSecrets: ['hub'] }), 'nginx', snapshot({ pullSecrets }))
    expect(attempts).toMatchObject([{ problem: 'secret-missing', provenBy: 'kubelet' }])
  })

  test('without pull secrets there is no credential', () => {
    expect(credentialFor(pod(), 'nginx', snapshot())).toEqual({ status: 'none', attempts: [] })
  })

  test('a secret with the same name in another namespace does not belong to the pod', () => {
    const pullSecrets = [{ ...login('hub'), namespace: 'other' }]
    expect(credentialFor(pod({ pullSecrets: ['hub'] }), 'nginx', snapshot({ pullSecrets })).status).toBe(
      'unknown',
    )
  })

  test('an unreadable secret beside a working one leaves the pull with a login', () => {
    const pullSecrets = [secret('closed', { problem: 'forbidden' }), login('hub')]
    const report = credentialFor(pod({ pullSecrets: ['closed', 'hub'] }), 'nginx', snapshot({ pullSecrets }))
    expect(report.status).toBe('usable')
    expect(report.attempts.map(attempt => attempt.secret)).toEqual(['hub', 'closed'])
  })

  test('a malformed secret breaks the pull even if another one would work', () => {
    const pullSecrets = [login('hub'), secret('bad', { problem: 'malformed' })]
    expect(
      credentialFor(pod({ pullSecrets: ['hub', 'bad'] }), 'nginx', snapshot({ pullSecrets })).status,
    ).toBe('broken')
  })

  test("attempts are in the kubelet's order, not in the order of the secrets", () => {
    const pullSecrets = [login('wide', 'ghcr.io'), login('narrow', 'ghcr.io/acme')]
    const report = credentialFor(
      pod({ pullSecrets: ['wide', 'narrow'] }),
      'ghcr.io/acme/api',
      snapshot({ pullSecrets }),
    )
    expect(report.attempts.map(attempt => attempt.secret)).toEqual(['narrow', 'wide'])
  })

  test("secrets in the service account's list come from the service account; a list in the pod comes from the pod", () => {
    const facts = snapshot({
      pullSecrets: [login('hub')],
      serviceAccounts: [{ namespace: 'web', name: 'default', imagePullSecrets: ['hub'] }],
    })
    const from = (...pullSecrets: string[]) =>
      credentialFor(pod({ pullSecrets }), 'nginx', facts).attempts.map(attempt => attempt.from)
    expect(from('hub')).toEqual(['serviceaccount'])
    expect(from('hub', 'own')).toEqual(['pod', 'pod'])
  })
})

describe('why', () => {
  const limited = 'toomanyrequests: You have reached your unauthenticated pull rate limit'
  const failing = (message: string, image = 'nginx') =>
    container({ image, state: waiting('ErrImagePull', message) })
  const codes = (facts: ReturnType<typeof snapshot>) => {
    const [first] = facts.pods
    if (first === undefined) throw new Error('no pod')
    return explainPod(first, facts).containers.map(({ verdict, problems }) => [
      verdict,
      ...problems.map(problem => (problem.code === 'attempt' ? problem.problem : problem.code)),
    ])
  }

  test('a limited pull without a credential breaks at the credential', () => {
    expect(codes(snapshot({ pods: [pod({ containers: [failing(limited)] })] }))).toEqual([
      ['anonymous', 'no-credential', 'pull-failed'],
    ])
  })

  test("a broken credential takes precedence over the registry's error", () => {
    const pods = [pod({ pullSecrets: ['hub'], containers: [failing(limited)] })]
    expect(codes(snapshot({ pods, pullSecrets: [secret('hub', { problem: 'wrong-type' })] }))).toEqual([
      ['anonymous', 'wrong-type', 'pull-failed'],
    ])
  })

  test('a missing image breaks at the registry, whatever the credentials', () => {
    const missing =
      'failed to resolve reference "docker.io/library/nginx:1.O": docker.io/library/nginx:1.O: not found'
    const pods = [pod({ pullSecrets: ['hub'], containers: [failing(missing, 'nginx:1.O')] })]
    expect(codes(snapshot({ pods, pullSecrets: [login('hub')] }))).toEqual([['authenticated', 'pull-failed']])
  })

  test('an invalid name and a malformed secret stop the kubelet before it contacts the registry', () => {
    const bad = container({ image: 'Nginx', state: waiting('InvalidImageName') })
    const pods = [pod({ pullSecrets: ['hub'], containers: [bad, container({ name: 'other' })] })]
    expect(codes(snapshot({ pods, pullSecrets: [secret('hub', { problem: 'malformed' })] }))).toEqual([
      ['blocked', 'invalid-reference', 'malformed-secret'],
      ['blocked', 'malformed-secret'],
    ])
  })

  test('a service account that got its secret later is the link to fix', () => {
    const pods = [pod({ containers: [failing(limited)] })]
    const serviceAccounts = [{ namespace: 'web', name: 'default', imagePullSecrets: ['hub'] }]
    expect(codes(snapshot({ pods, serviceAccounts, pullSecrets: [login('hub')] }))).toEqual([
      ['anonymous', 'service-account-changed-later', 'pull-failed'],
    ])
  })

  test('a pod with a list of pull secrets ignores those of its service account', () => {
    const pods = [pod({ pullSecrets: ['own'], containers: [failing(limited)] })]
    const serviceAccounts = [{ namespace: 'web', name: 'default', imagePullSecrets: ['hub'] }]
    const pullSecrets = [login('hub'), login('own', 'ghcr.io')]
    expect(codes(snapshot({ pods, serviceAccounts, pullSecrets }))).toEqual([
      ['anonymous', 'service-account-secrets-ignored', 'pull-failed'],
    ])
  })

  test("a registry that received no login although there is one breaks before the registry's error", () => {
    const pods = [pod({ pullSecrets: ['hub'], containers: [failing(limited)] })]
    const facts = snapshot({ pods, pullSecrets: [login('hub')] })
    expect(codes(facts)).toEqual([['authenticated', 'credential-unused', 'pull-failed']])
  })

  test.each<[string, Partial<Container>]>([
    ['runs', { state: { type: 'running', startedAt: null }, ready: true }],
    ['crashes', { state: waiting('CrashLoopBackOff', 'back-off'), imageId: 'nginx@sha256:1' }],
    ['is done', { state: { type: 'terminated', reason: 'Completed', exitCode: 0, message: '' } }],
  ])('nothing is broken for a container that %s, and what would break is a note', (_name, fields) => {
    for (const [problem, code] of [
      ['missing', 'attempt'],
      ['malformed', 'malformed-secret'],
    ] as const) {
      const pods = [pod({ phase: 'Running', pullSecrets: ['hub'], containers: [container(fields)] })]
      const facts = snapshot({ pods, pullSecrets: [secret('hub', { problem })] })
      const [explained] = explainPod(pods[0] ?? pod(), facts).containers
      expect(explained).toMatchObject({ problems: [], notes: [{ code, secret: 'hub' }] })
    }
  })

  test('the chain is broken for a container that still needs its image', () => {
    const created = container({ state: waiting('ContainerCreating') })
    const pods = [pod({ pullSecrets: ['hub'], containers: [created] })]
    expect(codes(snapshot({ pods, pullSecrets: [secret('hub', { problem: 'missing' })] }))).toEqual([
      ['anonymous', 'secret-missing'],
    ])
  })

  test.each(['not-in-dump', 'forbidden', 'failed'] as const)(
    'a secret that is %s breaks nothing for a container that waits for something else',
    problem => {
      const pods = [
        pod({ pullSecrets: ['hub'], containers: [container({ state: waiting('ContainerCreating') })] }),
      ]
      const facts = snapshot({ pods, pullSecrets: [secret('hub', { problem })] })
      const [explained] = explainPod(pods[0] ?? pod(), facts).containers
      expect(explained).toMatchObject({ problems: [], notes: [{ code: 'attempt', secret: 'hub' }] })
    },
  )

  test.each<[string, Partial<Pod>, Obstacle | null]>([
    ['runs', { containers: [RUNNING] }, null],
    ['ended', { phase: 'Succeeded' }, null],
    ['was evicted', { phase: 'Failed', reason: 'Evicted' }, obstacle('failed', null, 'Evicted')],
    [
      'has no node',
      { node: null, containers: [container({ state: { type: 'unknown' } })] },
      obstacle('unscheduled', null),
    ],
    [
      'crashes',
      { containers: [RUNNING, container({ name: 'b', state: waiting('CrashLoopBackOff') })] },
      obstacle('not-running', 'b', 'CrashLoopBackOff'),
    ],
    [
      'waits for an init container',
      {
        containers: [
          container({ name: 'setup', kind: 'init', state: { type: 'running', startedAt: null } }),
          container({ state: waiting('PodInitializing') }),
        ],
      },
      obstacle('initializing', 'setup'),
    ],
    [
      'waits for a volume',
      { containers: [container({ name: 'app', state: waiting('ContainerCreating') })] },
      obstacle('starting', 'app', 'ContainerCreating'),
    ],
    [
      'fails its probe',
      { containers: [container({ name: 'app', state: { type: 'running', startedAt: null } })] },
      obstacle('not-ready', 'app'),
    ],
    ['waits for an image', { containers: [failing(limited)] }, null],
    ['is being deleted', { terminating: true, containers: [failing(limited)] }, obstacle('deleting', null)],
  ])('a pod that %s has its obstacle, if it is not an image', (_what, fields, expected) => {
    const explained = pod({ phase: 'Pending', ...fields })
    expect(explainPod(explained, snapshot({ pods: [explained] })).obstacle).toEqual(expected)
  })

  test('nothing that a pod lacks has to be made while the pod is being deleted', () => {
    const containers = [container({ state: waiting('ContainerCreating') })]
    const lacks = { pullSecrets: ['regcred'], containers }
    const pullSecrets = [secret('regcred', { problem: 'missing', type: null })]
    const explain = (terminating: boolean) => {
      const explained = pod({ phase: 'Pending', terminating, ...lacks })
      const [only] = explainPod(explained, snapshot({ pods: [explained], pullSecrets })).containers
      return { problems: only?.problems.length, notes: only?.notes?.length }
    }
    expect(explain(true)).toEqual({ problems: 0, notes: 1 })
    expect(explain(false).problems).toBe(1)
  })

  test('nothing is broken for a running container without credentials', () => {
    const running = container({ state: { type: 'running', startedAt: null }, ready: true })
    const facts = snapshot({ pods: [pod({ containers: [running] })], events: [event()] })
    expect(codes(facts)).toEqual([['anonymous']])
  })
})
