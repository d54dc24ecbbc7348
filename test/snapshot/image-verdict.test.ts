/** What registries' answers prove, and that nothing more is concluded. */
import { expect, test } from 'vitest'
import type { ImageAnswer, ImageAsk, ImageCheck, RepositoryState } from '../../src/snapshot/image-check.ts'
import { checkFor, type ImageVerdict, verdictOf } from '../../src/snapshot/image-verdict.ts'

type As = ImageAsk['as']

const ask = (as: As, answer: ImageAnswer, secret: ImageAsk['secret'] = null): ImageAsk => ({
  as,
  secret,
  username: as === 'anonymous' ? null : 'jane',
  answer,
  detail: null,
  retryAfterSeconds: null,
})

const check = (asks: ImageAsk[], fields: Partial<ImageCheck> = {}): ImageCheck => ({
  reference: 'docker.io/acme/app:1',
  host: 'registry-1.docker.io',
  asks,
  unasked: null,
  repository: 'unknown',
  nearTags: null,
  likelyTag: null,
  tagsComplete: null,
  nearRepositories: null,
  digest: null,
  platforms: null,
  replacement: null,
  ...fields,
})

test.each<[verdict: ImageVerdict, asks: [As, ImageAnswer][], repository: RepositoryState]>([
  ['opens-anonymously', [['anonymous', 'exists']], 'there'],
  [
    'opens-anonymously',
    [
      ['anonymous', 'exists'],
      ['pod', 'exists'],
    ],
    'there',
  ],
  [
    'opens-anonymously',
    [
      ['anonymous', 'exists'],
      ['pod', 'rate-limited'],
    ],
    'there',
  ],
  [
    'opens-anonymously',
    [
      ['anonymous', 'exists'],
      ['pod', 'withheld'],
    ],
    'there',
  ],
  [
    'opens-but-not-for-pod',
    [
      ['anonymous', 'exists'],
      ['pod', 'login-refused'],
    ],
    'there',
  ],
  [
    'opens-but-not-for-pod',
    [
      ['anonymous', 'exists'],
      ['pod', 'denied'],
    ],
    'there',
  ],
  [
    'opens-for-pod',
    [
      ['anonymous', 'denied'],
      ['pod', 'denied'],
      ['pod', 'exists'],
    ],
    'there',
  ],
  [
    'opens-for-machine',
    [
      ['anonymous', 'rate-limited'],
      ['pod', 'denied'],
      ['machine', 'exists'],
    ],
    'there',
  ],
  ['no-such-tag', [['anonymous', 'missing']], 'there'],
  [
    'no-such-tag',
    [
      ['anonymous', 'denied'],
      ['machine', 'missing'],
    ],
    'there',
  ],
  ['no-such-repository', [['anonymous', 'missing']], 'absent'],
  ['no-such-repository', [['anonymous', 'denied']], 'absent'],
  [
    'not-found',
    [
      ['anonymous', 'missing'],
      ['machine', 'missing'],
    ],
    'unknown',
  ],
  // Hidden from one and forbidden for another: the image may well exist.
  [
    'denied',
    [
      ['anonymous', 'missing'],
      ['pod', 'denied'],
    ],
    'unknown',
  ],
  [
    'not-public',
    [
      ['anonymous', 'denied'],
      ['machine', 'denied'],
    ],
    'not-public',
  ],
  [
    'denied',
    [
      ['anonymous', 'denied'],
      ['machine', 'login-refused'],
    ],
    'unknown',
  ],
  // The asker without an answer might have had access.
  [
    'rate-limited',
    [
      ['anonymous', 'rate-limited'],
      ['machine', 'denied'],
    ],
    'unknown',
  ],
  [
    'rate-limited',
    [
      ['anonymous', 'denied'],
      ['machine', 'rate-limited'],
    ],
    'not-public',
  ],
  ['unreachable', [['anonymous', 'unreachable']], 'unknown'],
  [
    'failed',
    [
      ['anonymous', 'denied'],
      ['machine', 'failed'],
    ],
    'unknown',
  ],
  ['not-asked', [], 'unknown'],
])('%s: %j', (verdict, asks, repository) => {
  expect(
    verdictOf(
      check(
        asks.map(([as, answer]) => ask(as, answer)),
        { repository },
      ),
    ),
  ).toBe(verdict)
})

test('a missing digest is not a missing tag', () => {
  const reference = `docker.io/acme/app:1@sha256:${'a'.repeat(64)}`
  expect(verdictOf(check([ask('anonymous', 'missing')], { reference, repository: 'there' }))).toBe(
    'no-such-digest',
  )
})

test('a pod gets the answers for its own secrets only, and those for the replacement as well', () => {
  const asks = [
    ask('anonymous', 'denied'),
    ask('pod', 'exists', { namespace: 'a', name: 'hub' }),
    ask('pod', 'denied', { namespace: 'b', name: 'hub' }),
    ask('machine', 'denied'),
  ]
  const checks = [check(asks, { replacement: check(asks, { reference: 'quay.io/acme/app:1' }) })]
  const judge = (pod: Parameters<typeof checkFor>[2]) => {
    const judged = checkFor('docker.io/acme/app:1', checks, pod)
    return [judged?.verdict, judged?.replacement?.verdict, judged?.asks.length]
  }
  expect(judge({ namespace: 'a', pullSecrets: ['hub'] })).toEqual(['opens-for-pod', 'opens-for-pod', 3])
  expect(judge({ namespace: 'b', pullSecrets: ['hub'] })).toEqual(['denied', 'denied', 3])
  expect(judge({ namespace: 'a', pullSecrets: ['other'] })).toEqual(['denied', 'denied', 2])
  expect(judge(null)).toEqual(['denied', 'denied', 2])
  expect(checkFor('docker.io/acme/other:1', checks, null)).toBeNull()
  expect(checkFor(null, checks, null)).toBeNull()
})
