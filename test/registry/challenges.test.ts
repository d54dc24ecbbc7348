/** WWW-Authenticate as registries write it in practice. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges } from '../../src/registry/challenges.ts'

const read = (header: string | string[] | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

test.each<[header: string | string[] | undefined, challenges: unknown]>([
  [undefined, []],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull,push"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/nginx:pull,push',
        },
      ],
    ],
  ],
  [
    'Bearer realm="https://x/t",service="x",Basic realm="x"',
    [
      ['bearer', { realm: 'https://x/t', service: 'x' }],
      ['basic', { realm: 'x' }],
    ],
  ],
  [
    ['Basic realm="a"', 'BEARER Realm = "b"'],
    [
      ['basic', { realm: 'a' }],
      ['bearer', { realm: 'b' }],
    ],
  ],
  ['Bearer realm="",error="a \\"quoted\\\\ word"', [['bearer', { realm: '', error: 'a "quoted\\ word' }]]],
  ['Bearer realm=https://x/t , service=x', [['bearer', { realm: 'https://x/t', service: 'x' }]]],
  [
    'Negotiate, Basic',
    [
      ['negotiate', {}],
      ['basic', {}],
    ],
  ],
  ['realm="nobody asked"', []],
])('the challenges in %j are read', (header, challenges) => {
  expect(read(header)).toEqual(challenges)
})

test('any value that a registry quotes is read', () => {
  fc.assert(
    fc.property(fc.string(), value => {
      const quoted = value.replace(/[\\"]/g, '\\$&')
      expect(read(`Bearer realm="${quoted}",service="s"`)).toEqual([
        ['bearer', { realm: value, service: 's' }],
      ])
    }),
  )
})

test('hostile text does not cause an endless loop', () => {
  fc.assert(fc.property(fc.string(), text => Array.isArray(parseChallenges(text))))
})
