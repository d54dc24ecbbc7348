/** The report's words for an image check: the conclusion, which login got which answer, and nothing unproven. */
import { describe, expect, test } from 'vitest'
import { renderDiagnosis } from '../../src/report/views/diagnosis.ts'
import { meaningOf } from '../../src/report/words/causes.ts'
import { checkLines, checkText } from '../../src/report/words/image-check.ts'
import { schema, schemaErrors } from './published-schema.ts'
import { AS_JSON, diagnosis, finding, HERE, imageAsk, imageCheck, ON_SCREEN, typo } from './samples.ts'
import { textsOf } from './texts-of.ts'

const anonymous = imageAsk({ answer: 'denied', detail: '401' })
const machine = imageAsk({ as: 'machine', username: 'jane', answer: 'denied', detail: '401' })
const pod = imageAsk({
  as: 'pod',
  secret: { namespace: 'web', name: 'hub' },
  username: 'team',
  answer: 'exists',
})
const none = { nearTags: null, likelyTag: null, tagsComplete: null }

test.each<[Parameters<typeof imageCheck>[0], string]>([
  [
    {},
    'Docker Hub has library/nginx, but no tag 1.27-alpne (did you mean 1.27-alpine?). Asked registry-1.docker.io without a login: not found.',
  ],
  [
    { likelyTag: null, asks: [] },
    'Docker Hub has library/nginx, but no tag 1.27-alpne; the nearest tags are 1.27-alpine and 1.27.',
  ],
  [
    { likelyTag: null, nearTags: ['1.27'], asks: [] },
    'Docker Hub has library/nginx, but no tag 1.27-alpne; the nearest tag is 1.27.',
  ],
  [
    { likelyTag: null, nearTags: [], asks: [] },
    'Docker Hub has library/nginx, but no tag 1.27-alpne; it has no tags at all.',
  ],
  [
    { ...none, verdict: 'no-such-digest', reference: `quay.io/a/b@sha256:${'a'.repeat(64)}`, asks: [] },
    'quay.io has a/b, but no manifest with this digest.',
  ],
  [
    { ...none, verdict: 'no-such-repository', nearRepositories: ['node', 'mode'], asks: [anonymous] },
    'Docker Hub has no repository library/nginx (did you mean node or mode?). Asked registry-1.docker.io without a login: denied (401).',
  ],
  [
    {
      ...none,
      verdict: 'no-such-repository',
      reference: 'localhost:5000/a/b:1',
      host: 'localhost:5000',
      nearRepositories: [],
    },
    'localhost:5000 says that it has no repository a/b. Asked localhost:5000 without a login: not found.',
  ],
  [
    { ...none, verdict: 'not-public', asks: [anonymous, machine] },
    "Docker Hub has no public repository library/nginx: it does not exist, or it is private, and none of the logins that were tried can pull it. Asked registry-1.docker.io without a login: denied (401); with this machine's login (jane): denied (401).",
  ],
  [
    { ...none, verdict: 'denied', repository: 'unknown', asks: [] },
    'Docker Hub denied the request, although images like this one are public, so nothing is proven.',
  ],
  [
    { ...none, verdict: 'denied', repository: 'unknown', reference: 'docker.io/acme/app:1', asks: [] },
    'Docker Hub does not say whether the image exists: if it does, it is private, and no login was available to try.',
  ],
  [
    { ...none, verdict: 'opens-for-pod', asks: [anonymous, pod] },
    "It exists, and the pod's own login can pull it. Asked registry-1.docker.io without a login: denied (401); with secret web/hub (team): found.",
  ],
  [
    {
      ...none,
      verdict: 'rate-limited',
      asks: [imageAsk({ answer: 'rate-limited', retryAfterSeconds: 30 })],
    },
    'Docker Hub is limiting requests from this machine, so nothing is proven. Asked registry-1.docker.io without a login: too many requests (retry after 30s).',
  ],
  [
    {
      ...none,
      verdict: 'unreachable',
      asks: [imageAsk({ answer: 'unreachable', detail: 'registry-1.docker.io: ENOTFOUND' })],
    },
    "Docker Hub can't be reached from this machine, which says nothing about the nodes. Asked registry-1.docker.io without a login: no answer (registry-1.docker.io: ENOTFOUND).",
  ],
  [
    { ...none, verdict: 'not-asked', unasked: 'internal-address', reference: '10.0.0.7:5000/a:1', asks: [] },
    'Not asked: 10.0.0.7:5000 is an address of this machine or its network; --registry-endpoint 10.0.0.7:5000=URL allows it.',
  ],
  [
    {
      ...none,
      verdict: 'not-public',
      platforms: ['linux/arm64'],
      asks: [],
      replacement: imageCheck({
        ...none,
        reference: 'quay.io/a/b:1',
        verdict: 'opens-anonymously',
        asks: [],
      }),
    },
    'Docker Hub has no public repository library/nginx: it does not exist, or it is private, and no login was available to try. Built for linux/arm64. quay.io/a/b:1: It exists, and no login is needed to pull it.',
  ],
])('%#: %s', (fields, text) => {
  expect(checkText(imageCheck(fields))).toBe(text)
})

describe('the lines of findings', () => {
  test('merge equal lines, with the images in front', () => {
    const same = (image: string) =>
      finding({ image, check: imageCheck({ ...none, verdict: 'opens-anonymously' }) })
    expect(checkLines([same('nginx'), same('redis'), same('nginx')])).toEqual([
      expect.stringMatching(/^nginx and redis: They exist, and no login is needed to pull them/),
    ])
    expect(checkLines([finding()])).toEqual([])
  })

  test('show the number of further images', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      finding({ image: `a:${index}`, check: imageCheck({ reference: `docker.io/a/a:${index}` }) }),
    )
    expect(checkLines(many)).toHaveLength(5)
    expect(checkLines(many).at(-1)).toBe('… and 5 more answers')
  })
})

test.each(['table', 'markdown', 'junit', 'github'] as const)('%s shows it', format => {
  const found = diagnosis([typo({ check: imageCheck() })])
  expect(renderDiagnosis(found, { ...ON_SCREEN, format, width: 300 }).replace(/\s+/g, ' ')).toContain(
    'did you mean 1.27',
  )
})

test('every verdict, answer and reason matches the published schema, and no other does', () => {
  const { verdict, unasked, repository } = schema.$defs.ImageCheck.properties
  const of = (fields: Parameters<typeof imageCheck>[0]) =>
    schemaErrors(JSON.parse(renderDiagnosis(diagnosis([finding({ check: imageCheck(fields) })]), AS_JSON)))
  for (const each of verdict.enum) expect(of({ verdict: each })).toEqual([])
  for (const each of unasked.enum) expect(of({ unasked: each })).toEqual([])
  for (const each of repository.enum) expect(of({ repository: each })).toEqual([])
  expect(of({ verdict: 'well' as never })).not.toEqual([])
})

test.each(['table', 'wide'] as const)(
  'plain columns have the verdict last, %s, and no such column without a check',
  format => {
    const header = (check: ReturnType<typeof imageCheck> | null) => {
      const of = diagnosis([typo({ check }), finding()])
      return renderDiagnosis(of, { ...AS_JSON, format }).split('\n')
    }
    expect(header(imageCheck())[0]).toMatch(/ CHECK$/)
    expect(header(imageCheck())[1]).toMatch(/ no-such-tag$/)
    expect(header(null)[0]).not.toContain('CHECK')
  },
)

test.each<[ReturnType<typeof imageCheck>['verdict'], RegExp]>([
  ['opens-for-machine', /^The image exists and is private: this machine's login can pull it/],
  ['opens-but-not-for-pod', /the registry refuses the login that the pods send\.$/],
  ['opens-anonymously', /^The image exists, and a pull like that of the pods works from this machine/],
  ['denied', /^The image is private or does not exist/],
])('the meaning of a denial does not contradict the answer %s', (verdict, meaning) => {
  const denied = finding({
    cause: 'auth-required-or-denied',
    subcause: 'denied-or-missing',
    image: 'acme/api:1',
    reference: 'docker.io/acme/api:1',
    check: imageCheck({ verdict, reference: 'docker.io/acme/api:1' }),
  })
  expect(meaningOf({ invocation: HERE, findings: [denied] })).toMatch(meaning)
})

test('the secret that pods name is made of the login that was seen to pull, without another login first', () => {
  const { first } = textsOf({
    image: 'acme/api:1',
    error: 'pull access denied, repository does not exist or may require authorization',
    secret: { problem: 'missing' },
    shown: {
      imageChecks: [imageCheck({ verdict: 'opens-for-machine', reference: 'docker.io/acme/api:1' })],
    },
  })
  expect(first).toMatch(
    /^Create secret regcred, which the pods name, with this machine's login for Docker Hub, which can pull the image pullguard fix .*--secret-name regcred$/,
  )
})
