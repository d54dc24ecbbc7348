/** Names that look like causes, and texts that would hang a careless regular expression. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../../src/diagnosis/text/classify.ts'
import { growthOf } from '../../linear-time.ts'
import { expectCause } from './expect-cause.ts'

const NAMES = [
  'docker.io/acme/timeout-denied:429',
  'proxy/x509:latest',
  'registry.corp/app:not-found',
  'unauthorized',
  'toomanyrequests:503',
  '429:denied',
  'no-space-left/eof:tls',
]

describe('a name does not affect the cause', () => {
  test.each(NAMES)('%s in a refused connection', name => {
    const text = `Failed to pull image "${name}": failed to pull and unpack image "${name}": failed to resolve reference "${name}": failed to do request: Head "https://${name}/v2/x": dial tcp 10.0.0.1:443: connect: connection refused`
    expect(classify(text, 'ErrImagePull').cause).toBe('connection-refused-or-reset')
  })

  test.each(NAMES)('%s missing, quoted and bare', name => {
    expect(
      classify(`manifest for ${name} not found: manifest unknown: manifest unknown`, 'ErrImagePull').cause,
    ).toBe('image-not-found')
    expect(
      classify(
        `reading manifest ${name.split(':').pop()} in ${name.split(':')[0]}: manifest unknown`,
        'ErrImagePull',
      ).cause,
    ).toBe('image-not-found')
    const full = `docker.io/library/${name.replace('/', '')}`
    expect(classify(`failed to resolve reference "${full}": ${full}: not found`, 'ErrImagePull').cause).toBe(
      'image-not-found',
    )
  })

  test.each(['denied', 'timeout', 'x509', 'eof'])('a container named %s', name => {
    expect(
      classify(`spec.containers{${name}}: Failed to inspect image "app:1": <nil>`, 'ErrImagePull').cause,
    ).toBe('other')
  })

  test.each(NAMES)('%s in a back-off without a reason', name => {
    expect(classify(`Back-off pulling image "${name}"`, 'ImagePullBackOff').cause).toBe('other')
  })
})

expectCause('network-timeout', {
  'a token URL full of words':
    'failed to fetch anonymous token: Get "https://auth.corp/token?scope=repository%!A(MISSING)denied%!F(MISSING)unauthorized%!A(MISSING)pull&service=not-found": dial tcp 10.0.0.1:443: i/o timeout',
})

test('any text gets a cause', () => {
  const markup = ['"', '\\"', ': ', '[', ', ', ' ', '‹url›']
  const words = ['rpc error: code = Unknown desc = ', 'https://a/b', '429', 'not found', 'x']
  const piece = fc.constantFrom(...markup, ...words)
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), pieces => {
      expect(classify(pieces.join(''), 'ErrImagePull').cause).toBeTypeOf('string')
    }),
  )
})

const FLOODS = [
  ...[
    'a',
    '"',
    '\\',
    'a:',
    'a/',
    'https://',
    '"a',
    '[',
    'manifest ',
    'a.',
    ', rpc error: code = ',
    'image "',
  ],
  ...['"code":"', ':', 'lookup a', '{"', 'exceeded ', 'snapshot ', ' ', 'lookup a on ', 'snapshot dial '],
  ...['&quot;', '\\u0022'],
]

test('a flood of any piece of an error is judged in linear time', () => {
  const growths = FLOODS.map(unit => {
    const flood = (length: number) => unit.repeat(Math.ceil(length / unit.length))
    const work = (text: string) => () => classify(text, 'ErrImagePull')
    return [unit, growthOf(length => work(flood(length)), { length: 30_000, enough: 100 })]
  })
  expect(growths.filter(([, growth]) => growth !== null)).toEqual([])
})
