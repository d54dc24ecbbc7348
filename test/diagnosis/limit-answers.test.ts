/** Which findings show what is left of Docker Hub's limit, and whose limit that is. */
import { expect, test } from 'vitest'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { withLimits } from '../../src/diagnosis/limit-answers.ts'
import type { HubQuota } from '../../src/snapshot/hub-quota.ts'
import { anonymous, limited, login } from '../quota/facts.ts'
import { attempt, diagnosis, finding } from '../report/samples.ts'

const MIRROR = { host: 'cache.example', role: 'mirror' } as const
const LOOPBACK = { host: '127.0.0.1:5000', role: 'mirror' } as const
const withSecret = (secret: string) =>
  ({ status: 'usable', attempts: [attempt({ usable: false }), attempt({ secret, usable: true })] }) as const

const quotas: HubQuota[] = [anonymous(limited(100, 3)), login('web/team', limited(200, 0))]

test.each<[what: string, fields: Partial<Finding>, quota: object | undefined]>([
  ['an anonymous pull: of the address', { subcause: 'anonymous' }, { of: 'address', remaining: 3 }],
  ['one that does not say: of the address', { subcause: 'unspecified' }, { of: 'address', remaining: 3 }],
  [
    "a pull with a login: of its secret's account",
    {
      subcause: 'account',
      namespace: 'web',
      credential: { ...withSecret('team'), attempts: [...withSecret('team').attempts] },
    },
    { of: 'account', limit: 200, remaining: 0 },
  ],
  [
    'with a login that was not asked for: nothing',
    {
      subcause: 'account',
      namespace: 'other',
      credential: { ...withSecret('team'), attempts: [...withSecret('team').attempts] },
    },
    undefined,
  ],
  ['requests of any kind: nothing', { subcause: 'abuse' }, undefined],
  ["a mirror's limit: nothing", { subcause: 'unspecified', endpoint: MIRROR }, undefined],
  [
    'what the loopback passes on: of the address',
    { subcause: 'anonymous', endpoint: LOOPBACK },
    { of: 'address' },
  ],
  ['another registry: nothing', { subcause: 'anonymous', registry: 'quay.io' }, undefined],
  ['another cause: nothing', { cause: 'tls', subcause: null }, undefined],
])('what is left is shown of the limit that was hit, for %s', (_what, fields, quota) => {
  const [found] = withLimits(diagnosis([finding({ cause: 'rate-limited', ...fields })]), quotas).findings
  if (quota === undefined) expect(found).not.toHaveProperty('quota')
  else expect(found?.quota).toMatchObject(quota)
})

test.each<[answer: HubQuota['answer'], quota: object | undefined]>([
  [{ status: 'unlimited' }, { limit: null, remaining: null }],
  [{ status: 'rate-limited', retryAfterSeconds: null }, { remaining: 0 }],
  [{ status: 'unknown', why: 'denied', detail: '' }, undefined],
])('an answer of Docker Hub shows what is left, or nothing: %j', (answer, quota) => {
  const of = diagnosis([finding({ cause: 'rate-limited', subcause: 'anonymous' })])
  const [found] = withLimits(of, [anonymous(answer)]).findings
  if (quota === undefined) expect(found).not.toHaveProperty('quota')
  else expect(found?.quota).toMatchObject(quota)
})
