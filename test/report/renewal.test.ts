/** The words for what gets a pod of the template that its owner has now. */
import { describe, expect, test } from 'vitest'
import type { Step, StepOf } from '../../src/advice/step/step.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { groupByCause } from '../../src/report/group.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { HERE, typo } from './samples.ts'

const IMAGE = 'acme.example/shop:2.0'

const stepOf = (renewal: StepOf<'renew-pod'>['renewal'], owner: { kind: string; name: string }): Step => ({
  code: 'renew-pod',
  image: IMAGE,
  owner,
  renewal,
})

function wordsOf(
  renewal: StepOf<'renew-pod'>['renewal'],
  owner: { kind: string; name: string },
  ...pods: Partial<Finding>[]
) {
  const step = stepOf(renewal, owner)
  const [first = {}, ...others] = pods
  const found = (fields: Partial<Finding>) => ({ ...typo(fields), steps: [step] as [Step] })
  return stepsOf([found(first), ...others.map(found)], HERE)[0]
}

const SET = { kind: 'StatefulSet', name: 'db' }
const SHOP = { kind: 'Deployment', name: 'shop' }

test.each([
  ['paused', SHOP, /paused/, 'kubectl -n web rollout resume deployment/shop'],
  ['rolling', SHOP, /^Wait for the rollout/, 'kubectl -n web rollout status deployment/shop'],
  ['on-delete', { kind: 'DaemonSet', name: 'agent' }, /OnDelete/, 'kubectl -n web delete pod shop-1'],
  ['one-by-one', SET, /replace a pod that is not ready/, 'kubectl -n web delete pod shop-1'],
  ['no-updates', { kind: 'ReplicaSet', name: 'relay' }, /new pods only/, 'kubectl -n web delete pod shop-1'],
] as const)('the pod of an owner that is %s is renewed in its own way', (by, owner, text, command) => {
  const words = wordsOf({ by }, owner, { pod: 'shop-1' })
  expect(words.text).toMatch(text)
  expect(words.text).toContain(IMAGE)
  expect(words.command).toBe(command)
})

describe('a rollout that has stalled', () => {
  const stalled = (message: string, outgoing: string | null = 'shop-6d4') =>
    wordsOf({ by: 'rolling', stalled: { by: 'refused', message, outgoing } }, SHOP)
  const QUOTA =
    'pods "shop-7f9-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=5, limited: pods=5'

  test('for its deadline shows why newer pods are not ready', () => {
    const late = wordsOf({ by: 'rolling', stalled: { by: 'late', outgoing: null } }, SHOP)
    expect(late.text).toMatch(
      /^See why the newest pods of deployment\/shop are not ready: .*progress deadline/,
    )
    expect(late.command).toBe('kubectl -n web describe deployment/shop')
  })

  test('for a quota frees what the pods of the older revision use, unless some of them are ready', () => {
    expect(stalled(QUOTA)).toMatchObject({
      text: expect.stringMatching(/^Raise quota team, .*\(exceeded quota: team, requested: pods=1,/),
      command: 'kubectl -n web scale replicaset/shop-6d4 --replicas=0',
    })
    expect(stalled(QUOTA, null).command).toBe('kubectl -n web describe resourcequota team')
  })

  test.each([
    [
      'admission webhook "connaisseur-svc.connaisseur.svc" denied the request: Unable to find signed digest for image acme.example/shop:2.0.',
      /^Sign acme\.example\/shop:2\.0, /,
    ],
    [
      'pods "shop-7f9-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      /^Correct what the API server refuses: .*\(violates PodSecurity/,
    ],
    [
      'pods "shop-7f9-" is forbidden: error looking up service account web/shop: serviceaccount "shop" not found',
      /\(error looking up service account/,
    ],
    [
      'Internal error occurred: failed calling webhook "notary.acme.example": failed to call webhook: Post "https://notary.acme.svc:443/mutate": no endpoints available for service "notary"',
      /^Correct what the API server refuses: /,
    ],
    [
      'admission webhook "policy.acme.example" denied the request: Get "https://acme.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      /^Correct what the API server refuses: /,
    ],
  ])('for a refusal quotes it: %s', (message, text) => {
    expect(stalled(message).text).toMatch(text)
    expect(stalled(message).text).not.toMatch(/Wait/)
  })
})

test('the pods of one owner are deleted together, and those of another have their own step', () => {
  const owner = { kind: 'DaemonSet', name: 'agent' }
  expect(wordsOf({ by: 'on-delete' }, owner, { pod: 'a' }, { pod: 'b' })).toMatchObject({
    text: expect.stringMatching(/^Delete pods a and b: /),
    command: 'kubectl -n web delete pod a b',
  })
  const found = (name: string, pod: string) => ({
    ...typo({ pod }),
    steps: [stepOf({ by: 'on-delete' }, { ...owner, name })] as [Step],
  })
  const groups = groupByCause([found('agent', 'a'), found('logs', 'b'), found('agent', 'c')], HERE)
  expect(groups.map(({ findings }) => findings.map(({ pod }) => pod))).toEqual([['a', 'c'], ['b']])
})

test('a pause that comes from what deploys the Deployment ends there', () => {
  const managedBy = { tool: 'argocd', name: 'shop' } as const
  expect(wordsOf({ by: 'paused' }, SHOP, { managedBy }).text).toContain('in what deploys it')
})

describe('a partition', () => {
  const partition = { by: 'partition', pods: 2, to: 1, oneByOne: true } as const

  test('is lowered to the pod, which the set waits for, or its image is pushed again', () => {
    const { text, command } = wordsOf(partition, SET, { pod: 'db-1', image: 'acme.example/db:1' })
    expect(text).toMatch(/from 2 to 1; then delete pod db-1, .* or push acme\.example\/db:1 again\./)
    expect(command).toBe(
      `kubectl -n web patch statefulset/db -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}}}}'`,
    )
  })

  test('that goes below other pods renews those, too', () => {
    const { text } = wordsOf({ ...partition, to: 0 }, SET, { pod: 'db-0' })
    expect(text).toMatch(/from 2 to 0 \(which renews the pods after db-0 too\); then/)
    expect(wordsOf(partition, SET, { pod: 'db-1' }).text).not.toContain('too)')
  })

  test('of a set that updates in parallel reaches the pod by itself, and no push helps a node without a network', () => {
    const { text } = wordsOf({ ...partition, oneByOne: false }, SET, { cause: 'network-timeout' })
    expect(text).not.toMatch(/delete|push/)
  })

  test('is lowered where the set is deployed from', () => {
    const managedBy = { tool: 'argocd', name: 'data' } as const
    expect(wordsOf(partition, SET, { managedBy }).text).toContain('in the source of Argo CD application data')
  })
})
