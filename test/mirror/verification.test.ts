/** What the answers of a mirror and its registry prove. */
import { expect, test } from 'vitest'
import { imagesToVerify, judgeMirror, needsKnownImage } from '../../src/mirror/verification.ts'
import type { MirrorAnswer, MirrorCheck } from '../../src/snapshot/mirror-check.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const SINGLE = 'application/vnd.docker.distribution.manifest.v2+json'
const found = (digest: string | null = 'sha256:a', mediaType: string | null = INDEX): MirrorAnswer => ({
  status: 'found',
  digest,
  mediaType,
})
const missing: MirrorAnswer = { status: 'missing' }
const limited: MirrorAnswer = { status: 'rate-limited' }
const down = (why: string): MirrorAnswer => ({ status: 'unreachable', why, detail: 'm:443: X' })

const check = (
  mirror: MirrorAnswer,
  upstream: MirrorAnswer,
  withoutLibrary: MirrorAnswer | null = null,
): MirrorCheck => ({
  reference: 'docker.io/library/nginx:1',
  mirror,
  upstream,
  withoutLibrary,
})
const known = (mirror: MirrorAnswer) => ({ reference: 'docker.io/library/busybox:latest', mirror })

test.each<[string, MirrorCheck, ReturnType<typeof known> | null]>([
  ['same', check(found(), found()), null],
  ['unverified', check(found(), limited), null],
  ['unverified', check(found(), found(null)), null],
  ['stale', check(found('sha256:b'), found()), null],
  ['one-platform', check(found('sha256:b', SINGLE), found()), null],
  ['no-digest', check(found(null), found()), null],
  ['not-a-manifest', check(found('sha256:a', 'application/json'), found()), null],
  ['without-library', check(missing, found(), found()), null],
  ['missing', check(missing, missing), null],
  ['not-served', check(missing, found()), known(found())],
  ['nothing-served', check(missing, found()), known(missing)],
  ['nothing-served', check(missing, limited), known(missing)],
  ['unsettled', check(missing, limited), null],
  ['login', check({ status: 'login', sent: false }, found()), null],
  ['private', check({ status: 'login', sent: false }, { status: 'login', sent: false }), null],
  ['login', check({ status: 'login', sent: true }, { status: 'login', sent: false }), null],
  ['rate-limited', check(limited, found()), null],
  ['web-page', check({ status: 'html' }, found()), null],
  ['tls', check(down('tls'), found()), null],
  ['unreachable', check(down('dns'), found()), null],
  ['failed', check({ status: 'failed', detail: 'x' }, found()), null],
])('the verdict is %s', (verdict, asked, settled) => {
  expect(judgeMirror([asked], settled, 0).checks.map(each => each.verdict)).toEqual([verdict])
})

test('a private image is neither a fault nor a proof', () => {
  const login = { status: 'login', sent: false } as const
  expect(judgeMirror([check(login, login)], null, 0)).toMatchObject({ wrong: 0, served: 0, proven: false })
  const both = judgeMirror([check(found(), found()), check(login, login)], null, 0)
  expect(both).toMatchObject({ wrong: 0, served: 1, proven: true })
})

test('another image that the mirror serves settles a 404 as well', () => {
  const { checks, wrong } = judgeMirror([check(found(), found()), check(missing, found())], null, 0)
  expect([checks.map(({ verdict }) => verdict), wrong]).toEqual([['same', 'not-served'], 1])
})

test.each([
  [true, [check(missing, found())]],
  [false, [check(missing, found()), check(found(), found())]],
  [false, [check(limited, found())]],
])('an image known to exist is asked for: %s', (needed, checks) => {
  expect(needsKnownImage(checks)).toBe(needed)
})

test('images of the registry are asked for, those on most nodes first, each once', () => {
  const images = [
    { image: 'redis:7', node: 'a' },
    { image: 'nginx', node: 'a' },
    { image: 'docker.io/nginx:latest', node: 'b' },
    { image: 'ghcr.io/acme/api:1', node: 'a' },
  ]
  expect(imagesToVerify(images, ['docker.io']).map(({ repository }) => repository)).toEqual([
    'library/nginx',
    'library/redis',
  ])
})
