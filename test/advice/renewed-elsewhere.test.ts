/** Tokens of a cloud that something renews in other namespaces, and not in the pod's. */
import { expect, test } from 'vitest'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { textsOf } from '../report/texts-of.ts'
import { type Situation, stepsIn } from './situation.ts'

const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
/** Six days and six hours before the tests' snapshot. */
const [OLD, NEW] = ['2026-11-18T10:00:00Z', '2026-11-24T04:00:00Z']

const secretIn = (namespace: string, createdAt: string, more: Partial<PullSecret> = {}): PullSecret => ({
  namespace,
  name: 'regcred',
  type: 'kubernetes.io/dockerconfigjson',
  problem: null,
  createdAt,
  entries: [{ key: ECR, username: 'AWS', problem: null }],
  ...more,
})

const beside = (
  pullSecrets: PullSecret[],
  cronJobs?: Snapshot['cronJobs'],
  own: Partial<PullSecret> = {},
): Situation => ({
  image: `${ECR}/api:3`,
  error: `unexpected status from HEAD request to https://${ECR}/v2/api/manifests/3: 403 Forbidden`,
  reason: 'ErrImagePull',
  secret: secretIn('web', OLD, own),
  shown: { elsewhere: { pullSecrets, serviceAccounts: [] }, ...(cronJobs && { cronJobs }) },
})

const firstOf = (situation: Situation) => stepsIn(situation)[0]
const twice = [secretIn('shop', NEW), secretIn('billing', NEW)]

test('old tokens are renewed here, too, by what renews the others', () => {
  expect(firstOf(beside(twice))).toEqual({
    code: 'join-renewal',
    namespace: 'web',
    secret: 'regcred',
    alone: true,
    namespaces: ['billing', 'shop'],
    renewer: null,
  })
  expect(textsOf(beside(twice)).first).toMatch(
    /^Add namespace web to what renews secret regcred in namespaces billing and shop: .* kubectl -n billing get secret regcred .* \| kubectl -n web apply /,
  )
  const expired = { entries: [{ key: ECR, username: 'AWS', problem: null, validUntil: NEW }] }
  expect(firstOf(beside(twice, undefined, expired))?.code).toBe('join-renewal')
})

test('old tokens are renewed by a CronJob, if only one has such a name', () => {
  const [once] = twice.map(secret => [secret]) as [PullSecret[]]
  const named = (...names: string[]) => names.map(name => ({ namespace: 'kube-system', name }))
  expect(firstOf(beside(once, named('backup', 'ecr-renew', 'gcr-renew')))).toMatchObject({
    code: 'join-renewal',
    namespaces: ['shop'],
    renewer: { namespace: 'kube-system', name: 'ecr-renew' },
  })
  // One copy may be somebody's own work.
  expect(firstOf(beside(once))?.code).toBe('renew-token')
  expect(firstOf(beside(once, named('ecr-renew', 'refresh-ecr-creds')))?.code).toBe('renew-token')
})

test('old tokens are renewed by what marks the others as its own, even if there is only one', () => {
  const writer = {
    type: 'resource',
    kind: 'ExternalSecret',
    group: 'external-secrets.io',
    name: 'ecr',
  } as const
  const { first } = textsOf(beside([secretIn('shop', NEW, { writer })]))
  expect(first).toMatch(
    /^Add namespace web to what renews secret regcred in namespace shop \(ExternalSecret ecr\)/,
  )
  const byFix = twice.map(secret => ({ ...secret, writer: { type: 'fix' as const } }))
  expect(firstOf(beside(byFix))?.code).toBe('renew-token')
})

test('tokens of several registries in one secret are not copied over', () => {
  const more = {
    entries: [...secretIn('shop', NEW).entries, { key: 'ghcr.io', username: 'a', problem: null }],
  }
  const { first } = textsOf(beside([secretIn('shop', NEW), secretIn('billing', NEW, more)]))
  expect(first).toMatch(/^Add namespace web/)
  expect(first).not.toContain('apply')
})

test.each<[string, PullSecret[], Partial<PullSecret>]>([
  ['are as old', ['shop', 'billing'].map(namespace => secretIn(namespace, OLD)), {}],
  ['have another name', twice.map(secret => ({ ...secret, name: 'ecr' })), {}],
  [
    'are for another registry',
    twice.map(each => ({ ...each, entries: [{ key: `1${ECR}`, username: 'AWS', problem: null }] })),
    {},
  ],
  [
    'say that they have ended',
    twice.map(each => ({
      ...each,
      entries: [{ key: ECR, username: 'AWS', problem: null, validUntil: OLD }],
    })),
    {},
  ],
  ['are no older than this one, which is new as well', twice, { createdAt: NEW }],
  ['have a writer, as this one has its own', twice, { writer: { type: 'tool', name: 'registry-creds' } }],
])('tokens of others say nothing, if they %s', (_which, others, own) => {
  expect(firstOf(beside(others, undefined, own))?.code).not.toBe('join-renewal')
})
