/** Every subcause that the schema, `explain`, and the README name is found in some pull. */
import { describe, expect, test } from 'vitest'
import type {
  DenialSubcause,
  NeverPullSubcause,
  NotFoundSubcause,
  RateLimitSubcause,
} from '../../src/diagnosis/finding.ts'
import { findingOf, type Situation } from '../advice/situation.ts'

type Sample = Situation | [image: string, error: string]

const LIMIT = '429 Too Many Requests - Server message: toomanyrequests: You have reached your'
const NEVER = {
  image: 'acme/app:1',
  error: 'Container image "acme/app:1" is not present with pull policy of Never',
  reason: 'ErrImageNeverPull',
}

const LIMITS: Record<RateLimitSubcause, Sample> = {
  anonymous: ['nginx', `${LIMIT} unauthenticated pull rate limit.`],
  account: { image: 'nginx', error: `${LIMIT} pull rate limit.`, login: 'https://index.docker.io/v1/' },
  abuse: ['nginx', 'unexpected status code 429 Too Many Requests: Too Many Requests (HAP429)'],
  unspecified: ['ghcr.io/acme/app:1', 'unexpected status: 429 Too Many Requests'],
}

const DENIALS: Record<DenialSubcause, Sample> = {
  'no-credential-sent': [
    'ghcr.io/acme/app:1',
    'failed to authorize: failed to fetch anonymous token: 401 Unauthorized',
  ],
  'credential-refused': {
    image: 'ghcr.io/acme/app:1',
    error: 'failed to authorize: failed to fetch oauth token: 401 Unauthorized',
    login: 'ghcr.io',
  },
  'not-permitted': [
    'ghcr.io/acme/app:1',
    'unexpected status: 403 Forbidden: permission_denied: The token provided does not match expected scopes.',
  ],
  'denied-or-missing': [
    'acme/app:1',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  ],
  blocked: ['acme.azurecr.io/app:1', "403 Forbidden: client with IP '203.0.113.7' is not allowed access"],
  policy: [
    'harbor.example/acme/app:1',
    'denied: current image with 3 vulnerabilities cannot be pulled due to configured policy',
  ],
  upstream: [
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com/hub/library/nginx:1',
    'denied: the credentials for the upstream registry are invalid',
  ],
  unspecified: ['registry.example/app:1', 'illegal base64 data at input byte 4'],
}

const MISSING: Record<NotFoundSubcause, Sample> = {
  tag: ['ghcr.io/acme/app:1', 'manifest unknown'],
  repository: ['ghcr.io/acme/app:1', 'name unknown: repository not found'],
  'not-in-mirror': [
    'registry.example/app:1',
    'not found: the remote repository is a proxy cache and has no such image',
  ],
  unspecified: ['registry.example/app:1', 'registry.example/app:1: not found'],
}

const NEVERS: Record<NeverPullSubcause, Sample> = {
  'not-present': { ...NEVER, node: { kubelet: 'v1.32.4' } },
  'not-verified': { ...NEVER, node: { kubelet: 'v1.35.0', images: ['docker.io/acme/app:1'] } },
}

describe.each([
  ['rate-limited', LIMITS],
  ['auth-required-or-denied', DENIALS],
  ['image-not-found', MISSING],
  ['never-pull', NEVERS],
] as const)('%s', (cause, samples) => {
  test.each(Object.entries<Sample>(samples))('can be %s', (subcause, sample) => {
    const situation = Array.isArray(sample) ? { image: sample[0], error: sample[1] } : sample
    expect(findingOf(situation)).toMatchObject({ cause, subcause })
  })
})

test.each([
  ['ghcr.io/acme/app:1', 'Error response from daemon: Get "https://ghcr.io/v2/": denied: denied'],
  [
    'nexus.corp:8083/acme/app:1',
    'Error response from daemon: Get https://nexus.corp:8083/v2/: unauthorized: access to the requested resource is not authorized',
  ],
  [
    'ccr.ccs.tencentyun.com/acme/app:1',
    'login attempt to https://ccr.ccs.tencentyun.com/v2/ failed with status: 401 Unauthorized',
  ],
])('a refusal of a request without a repository is that of a login: %s', (image, error) => {
  expect(findingOf({ image, error })).toMatchObject({
    subcause: 'credential-refused',
    credential: { status: 'none', ofNode: true },
  })
})

test.each([
  [
    'for a manifest',
    'Error response from daemon: Head "https://ghcr.io/v2/acme/app/manifests/1": denied: denied',
  ],
  [
    'of a client that quotes the answer',
    'Get "https://ghcr.io/v2/": unauthorized: {"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}',
  ],
])('the same refusal of a request %s leaves open what is wrong', (_name, error) => {
  expect(findingOf({ image: 'ghcr.io/acme/app:1', error }).subcause).toBe('denied-or-missing')
})

test('a token that lacks a scope was accepted, so another one of the same account would do', () => {
  const error =
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token: 401 Unauthorized: access token has insufficient scopes'
  expect(findingOf({ image: 'acme/app:1', error, login: 'https://index.docker.io/v1/' }).subcause).toBe(
    'not-permitted',
  )
})
