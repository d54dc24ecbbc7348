/** What redact removes and what it keeps. */
import { describe, expect, test } from 'vitest'
import { redact, redactStrictly } from '../../src/secrecy/redact.ts'
import { growthOf } from '../linear-time.ts'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ'

describe('redact', () => {
  test.each([
    [
      "You have reached your pull rate limit as 'ann': dckr_jti_3tGc-canary_9. You may increase the limit",
      "You have reached your pull rate limit as 'ann': [redacted]. You may increase the limit",
    ],
    ['login with dckr_pat_canary-1_x failed', 'login with [redacted] failed'],
    [`got "${JWT}" from the server`, 'got "[redacted]" from the server'],
    [
      'failed to get credentials for "reg.corp": invalid decoded auth: "can\\"ary two"',
      'failed to get credentials for "reg.corp": invalid decoded auth: [redacted]',
    ],
    [
      'user dop_v1_00c4a2700c4a2700c4a2700c4a27 and hf_c4naryC4naryC4naryC4naryC4nary',
      'user [redacted] and [redacted]',
    ],
    ['Authorization: Bearer canarytoken, then', 'Authorization: Bearer [redacted], then'],
    ['sent Bearer Zm9vOmNhbmFyeQ== to it', 'sent Bearer [redacted] to it'],
    ['--username ann password="canary" at', '--username ann password="[redacted]" at'],
    ['X-JFrog-Art-Api: canary, then', 'X-JFrog-Art-Api: [redacted], then'],
    ['PRIVATE-TOKEN: canary for it', 'PRIVATE-TOKEN: [redacted] for it'],
    ['Authorization: token canary failed', 'Authorization: token [redacted] failed'],
    ['Set-Cookie: a=canary; Path=/', 'Set-Cookie: [redacted]'],
    ['Cookie: a=canary; b=canary, then', 'Cookie: [redacted], then'],
    ['x?api_key=canary&apikey=canary1', 'x?api_key=[redacted]&apikey=[redacted]'],
    ['client_assertion=canary&refresh-token=canary', 'client_assertion=[redacted]&refresh-token=[redacted]'],
    ['{"sessionToken":"canary"}', '{"sessionToken":"[redacted]"}'],
    ['ran login --password c4nary -u ann', 'ran login --password [redacted] -u ann'],
    ['passwd: c4nary', 'passwd: [redacted]'],
    ['sent Basic Zm9vOmNhbmFyeQ== to it', 'sent Basic [redacted] to it'],
    ['{"auths":{"r.io":{"auth":"Y2FuYXJ5"}}}', '{"auths":{"r.io":{"auth":"[redacted]"}}}'],
    [String.raw`"{\"password\": \"canary\"}"`, String.raw`"{\"password\": \"[redacted]\"}"`],
    ['Get "https://ann:canary@r.io/v2/": EOF', 'Get "https://[redacted]@r.io/v2/": EOF'],
    [
      'Get "https://cdn.example/b?X-Amz-Credential=AKIACANARY%2F2026&X-Amz-Signature=canary&X-Amz-Date=20261124": EOF',
      'Get "https://cdn.example/b?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&X-Amz-Date=20261124": EOF',
    ],
    [
      'https://c.example/x?verify=1700-canary%3D: dial tcp',
      'https://c.example/x?verify=[redacted]: dial tcp',
    ],
    [
      String.raw`https://c.example/x?se=1\u0026sig=canary%3D\u0026sp=r`,
      String.raw`https://c.example/x?se=1\u0026sig=[redacted]\u0026sp=r`,
    ],
    [
      'https://c.example/x?se=1&sig=NE%!B(MISSING)canary%!D(MISSING)&sp=r',
      'https://c.example/x?se=1&sig=[redacted]&sp=r',
    ],
    [
      'https://c.example/x?Expires=1&Signature=canary~-__&Key-Pair-Id=APKACANARY',
      'https://c.example/x?Expires=1&Signature=[redacted]&Key-Pair-Id=[redacted]',
    ],
    [
      'https://c.example/x?OSSAccessKeyId=LTAICANARY&x-oss-security-token=canary',
      'https://c.example/x?OSSAccessKeyId=[redacted]&x-oss-security-token=[redacted]',
    ],
    ['next=https%3A%2F%2Fc.example%3Fsig%3Dcanary', 'next=https%3A%2F%2Fc.example%3Fsig%3D[redacted]'],
    ['X-Registry-Auth: eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6ImNhbmFyeSJ9', 'X-Registry-Auth: [redacted]'],
    ['denied for AKIAIOSFODNN7EXAMPLE.', 'denied for [redacted].'],
    ["as 'ann': dckr_jti_3tGc-canary_9==. You may", "as 'ann': [redacted]. You may"],
    [
      'invalid proxy address "http://svc:p#canary@proxy:3128"',
      'invalid proxy address "http://[redacted]@proxy:3128"',
    ],
    ['https://joe:p/w#canary?x@index.docker.io/v1/', 'https://[redacted]@index.docker.io/v1/'],
    [
      'Failed to pull image "admin:canary@registry/app:1": x',
      'Failed to pull image "[redacted]@registry/app:1": x',
    ],
    [String.raw`{"password":"ab\"canary","a":"b"}`, '{"password":"[redacted]","a":"b"}'],
    [
      String.raw`"{\"password\":\"ab\\\"canary\",\"a\":1}"`,
      String.raw`"{\"password\":\"[redacted]\",\"a\":1}"`,
    ],
    ['password: a,canary end', 'password: [redacted] end'],
    ['docker-ratelimit-source: 192.0.2.1', 'docker-ratelimit-source: [redacted]'],
  ])('%j loses its secrets', (text, clean) => {
    expect(redact(text)).toBe(clean)
  })

  test.each([
    'failed to authorize: failed to fetch Bearer token: unexpected status',
    'no basic auth credentials',
    'server requires HTTP Basic authentication',
    'WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
    'failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3Aa%3Apull&service=registry.docker.io: 401',
    'https://r.io/v2/a/manifests/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 429 Too Many Requests',
    'docker://nginx@sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8',
    'nginx:1.27@sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8',
    'https://registry.example:5000/team/app@sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8',
    'invalid reference format: nginx:1.27@latest',
    'insufficient_scope: authorization failed',
    'unauthorized: incorrect username or password: denied',
    'Set-Cookie is missing, cookie: none',
    'Too Many Requests (HAP429)',
    'Ref A: 0F2D Ref B: AMS Ref C: 2026-11-24T09:00:00Z',
  ])('%j is unchanged', text => {
    expect(redact(text)).toBe(text)
  })

  test('takes linear time for a flood of any piece of a secret', () => {
    const pieces = [
      ...['://', '://@', 'eyJ', '-eyJ', 'Bearer ', 'token=.', '"auth":"', 'dckr_pat_', '\\"', '\\', 'sig=a.'],
      ...['%!B(', '-signature', 'authorization: ', 'cookie: a=b ', 'cookie:a=', 'x-token', '--token '],
      'password: ',
    ]
    const growths = pieces.map(piece => {
      const work = (text: string) => () => redact(text)
      const flood = (length: number) => piece.repeat(length / piece.length)
      return [piece, growthOf(length => work(flood(length)), { length: 60_000, enough: 150 })]
    })
    expect(growths.filter(([, growth]) => growth !== null)).toEqual([])
  })
})

test.each([
  ['client_secret: C4nary-Secret', 'client_secret: [redacted]'],
  ['token C4nary-Token is old', 'token [redacted] is old'],
  ['password="C4nary, Word"', 'password="[redacted], Word"'],
  ['failed to refresh token: Unauthorized', 'failed to refresh token: Unauthorized'],
  ['the token endpoint answered 503', 'the token endpoint answered 503'],
])('the message %j of a login program is shown as %j', (message, shown) => {
  expect(redactStrictly(message)).toBe(shown)
})
