/** A login that the registry has refused to one pod is proposed to no other, and a copy whose source was renewed is told so. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { clueOf } from '../../src/diagnosis/clues/clue.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { NumberedLogin, PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { growthOf } from '../linear-time.ts'
import { container, pod, snapshot, waiting } from './snapshots.ts'

const HOST = 'registry.acme.example'
const REFUSED =
  'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.example/jwt/auth?service=container_registry: 403 Forbidden'
const DENIED = 'pull access denied, repository does not exist or may require authorization'

function podIn(namespace: string, error: string, fields: Partial<Pod> = {}): Pod {
  const image = `${HOST}/team/api:1`
  return pod({
    ...{ namespace, name: `api-${namespace}`, uid: namespace, pullSecrets: ['pull'] },
    containers: [
      container({ image, state: waiting('ErrImagePull', `failed to resolve "${image}": ${error}`) }),
    ],
    ...fields,
  })
}

const secretIn = (namespace: string, fields: Partial<PullSecret> = {}): PullSecret => ({
  namespace,
  name: 'pull',
  type: 'kubernetes.io/dockerconfigjson',
  problem: null,
  entries: [{ key: HOST, username: 'deploy', problem: null }],
  ...fields,
})
const missingIn = (namespace: string) => secretIn(namespace, { type: null, problem: 'missing', entries: [] })
const login = (namespace: string, number: number, secret = 'pull'): NumberedLogin => ({
  ...{ namespace, secret, key: HOST, login: number },
})
const findingIn = (namespace: string, fields: Partial<Snapshot>) => {
  const found = diagnose(snapshot(fields)).findings.find(finding => finding.namespace === namespace)
  if (found === undefined) throw new Error(`nothing fails in ${namespace}`)
  return found
}
const proposedIn = (namespace: string, fields: Partial<Snapshot>) =>
  findingIn(namespace, fields).credential.hints?.flatMap(hint =>
    hint.code === 'in-namespace' ? hint.namespace : [hint.code],
  )

const pods = [podIn('delta', REFUSED), podIn('eta', DENIED)]

test('a secret that is used in vain is not copied, nor another one with the same login', () => {
  const pullSecrets = [secretIn('delta'), missingIn('eta')]
  expect(proposedIn('eta', { pods, pullSecrets })).toBeUndefined()
  const elsewhere = {
    pullSecrets: ['alpha', 'beta', 'gamma'].map(name => secretIn(name)),
    serviceAccounts: [],
  }
  // In a cluster, other secrets can't be compared.
  expect(proposedIn('eta', { pods, pullSecrets, elsewhere })).toEqual(['alpha', 'beta', 'gamma'])
  const numberedLogins = [login('delta', 1), login('alpha', 1), login('beta', 2), login('gamma', 2)]
  expect(proposedIn('eta', { pods, pullSecrets, elsewhere, numberedLogins })).toEqual(['beta', 'gamma'])
})

test('a secret of the same namespace is not named either', () => {
  const named = { code: 'not-named' }
  const both = (first: string) => ({
    pods: [podIn('delta', first), podIn('delta', DENIED, { name: 'job', uid: 'job', pullSecrets: [] })],
    pullSecrets: [secretIn('delta')],
  })
  const hintsOfJob = (first: string) =>
    diagnose(snapshot(both(first))).findings.find(finding => finding.pod === 'job')?.credential.hints
  expect(hintsOfJob(DENIED)).toMatchObject([named])
  expect(hintsOfJob(REFUSED)).toBeUndefined()
})

test('a login that only lacks a right to one repository may serve another', () => {
  const only = [podIn('delta', DENIED), podIn('eta', DENIED)]
  expect(proposedIn('eta', { pods: only, pullSecrets: [secretIn('delta'), missingIn('eta')] })).toEqual([
    'delta',
  ])
})

const FAULT =
  'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized: incorrect username or password'
const lacking = (repository: string) => {
  const image = `${HOST}/${repository}:1`
  const state = waiting('ErrImagePull', `failed to resolve "${image}": ${DENIED}`)
  return podIn('eta', DENIED, { containers: [container({ image, state })] })
}

test('a secret is proposed for its other logins', () => {
  const entry = { username: 'deploy', problem: null }
  const entries = [`${HOST}/team`, `${HOST}/web`].map(key => ({ ...entry, key }))
  const pullSecrets = [secretIn('delta', { entries }), missingIn('eta')]
  const refusedIn = (repository: string) =>
    proposedIn('eta', { pods: [podIn('delta', FAULT), lacking(repository)], pullSecrets })
  expect(refusedIn('team/web')).toBeUndefined()
  expect(refusedIn('web/api')).toEqual(['delta'])
  // The refused login is there, too, for another registry.
  const other = [
    { key: HOST, ...entry },
    { key: 'other.example', ...entry },
  ]
  const elsewhere = { pullSecrets: [secretIn('alpha', { entries: other })], serviceAccounts: [] }
  const numberedLogins = [
    login('delta', 1),
    login('alpha', 2),
    { ...login('alpha', 1), key: 'other.example' },
  ]
  const own = {
    pods: [podIn('delta', FAULT), podIn('eta', DENIED)],
    pullSecrets: [secretIn('delta'), missingIn('eta')],
  }
  expect(proposedIn('eta', { ...own, elsewhere, numberedLogins })).toEqual(['alpha'])
})

test('a token server that only answers 403 may have refused a right to the one repository', () => {
  const pullSecrets = [secretIn('delta'), missingIn('eta')]
  const proposed = (repository: string, error: string) =>
    proposedIn('eta', { pods: [podIn('delta', error), lacking(repository)], pullSecrets })
  expect(proposed('team/api', REFUSED)).toBeUndefined()
  expect(proposed('web/api', REFUSED)).toEqual(['delta'])
  expect(proposed('web/api', FAULT)).toBeUndefined()
})

test('of two logins that got different answers, one may be accepted', () => {
  const [one, two] = [FAULT, DENIED].map(
    error => `failed to pull and unpack image "${HOST}/team/api:1": ${error}`,
  )
  const both = podIn('delta', `[${one}, ${two}]`, { pullSecrets: ['pull', 'good'] })
  const pullSecrets = [secretIn('delta'), secretIn('delta', { name: 'good' }), missingIn('eta')]
  const proposed = findingIn('eta', { pods: [both, lacking('web/api')], pullSecrets }).credential.hints
  expect(proposed).toMatchObject([{ secret: 'pull' }, { secret: 'good' }])
})

const COPY = { writer: { type: 'copy', of: 'platform/pull' } } as const
const stale = (numbers: readonly [copy: number, source: number], source: Partial<PullSecret> = {}) =>
  findingIn('delta', {
    pods: [podIn('delta', REFUSED)],
    pullSecrets: [secretIn('delta', COPY)],
    elsewhere: { pullSecrets: [secretIn('platform', source)], serviceAccounts: [] },
    numberedLogins: [login('delta', numbers[0]), login('platform', numbers[1])],
  })

test('a copy is old if its source has another login', () => {
  const [first] = stepsFor(stale([1, 2]))
  const source = { namespace: 'platform', secret: 'pull' }
  expect(first).toEqual({ code: 'renew-copy', namespace: 'delta', secret: 'pull', source, alone: true })
  expect(stepsFor(stale([1, 1]))[0]?.code).toBe('secret-writer')
  // Its source has nothing for this registry, or something besides.
  const other = { key: 'other.example', username: null, problem: null }
  expect(clueOf(stale([1, 2], { entries: [other] }).clues, 'stale-copy')).toBeUndefined()
  const more = { entries: [...secretIn('platform').entries, other] }
  expect(stepsFor(stale([1, 2], more))[0]).toMatchObject({ code: 'renew-copy', alone: false })
})

test('an old copy is not proposed for any repository, and its source is', () => {
  const proposed = (source: number) =>
    proposedIn('eta', {
      pods: [podIn('delta', REFUSED), lacking('web/api')],
      pullSecrets: [secretIn('delta', COPY), missingIn('eta')],
      elsewhere: { pullSecrets: [secretIn('platform')], serviceAccounts: [] },
      numberedLogins: [login('delta', 1), login('platform', source)],
    })
  expect(proposed(2)).toEqual(['platform'])
  expect(proposed(1)).toContain('delta')
})

test('many pods with many refused copies take linear time', () => {
  const growth = growthOf(
    count => {
      const namespaces = Array.from({ length: count }, (_, index) => `team-${index}`)
      const many = snapshot({
        pods: namespaces.map((name, index) => podIn(name, index % 2 === 0 ? REFUSED : DENIED)),
        pullSecrets: namespaces.map((name, index) => (index % 2 === 0 ? secretIn(name) : missingIn(name))),
        numberedLogins: namespaces.map(name => login(name, 1)),
      })
      return () => diagnose(many)
    },
    { length: 750, enough: 400 },
  )
  expect(growth).toBeNull()
})
