/** Lists of tags: page by page, no further than requested, and never with a token to another server. */
import { expect, test } from 'vitest'
import { type Answer, bearer, jane, registriesAt, serve, TOKEN } from './loopback.ts'

const listed = (origin: string, most = 3, after?: string) =>
  registriesAt({ 'quay.io': origin })
    .of('quay.io')
    .tags('a/b', null, { most, ...(after === undefined ? {} : { after }) })

const link = (target: string) => ({ link: `<${target}>; rel="next"` })

test('follows pages up to the limit and reports whether the list is complete', async () => {
  const quay = await serve((_request, url) => {
    const last = Number(url.searchParams.get('last') ?? 0)
    return {
      body: { name: 'a/b', tags: [`t${last}`] },
      headers: last < 3 ? link(`/v2/a/b/tags/list?n=1000&last=${last + 1}`) : {},
    }
  })
  expect(await listed(quay.origin)).toMatchObject({ tags: ['t0', 't1', 't2'], complete: false })
  expect(await listed(quay.origin, 9)).toMatchObject({ tags: ['t0', 't1', 't2', 't3'], complete: true })
  expect(await listed(quay.origin, 1, 'v1/?')).toMatchObject({ complete: true })
  expect(quay.lines()[0]).toBe('GET /v2/a/b/tags/list?n=1000')
  expect(quay.lines().at(-1)).toBe('GET /v2/a/b/tags/list?n=1000&last=v1%2F%3F')
})

test.each([
  ['</v2/a/b/tags/list?last=t>;rel=next', true],
  ['</v2/a/b/tags/list?last=t> ; title="a, b"; rel="last next"', true],
  ['</v2/a/b/tags/list>; rel="first", </v2/a/b/tags/list?last=t>; rel="Next"', true],
  ['</v2/a/b/tags/list?last=t>; rel="previous"', false],
  ['</v2/a/b/tags/list?last=t>; rel="nextdoor"', false],
  ['</v2/a/b/tags/list?last=t>; anchor="rel=next"', false],
])('the header Link: %s leads to another page: %s', async (header, leads) => {
  const quay = await serve((_request, url) => ({
    body: { tags: [url.searchParams.get('last') ?? 's'] },
    headers: url.searchParams.has('last') ? {} : { link: header },
  }))
  expect(await listed(quay.origin)).toMatchObject({ tags: leads ? ['s', 't'] : ['s'], complete: true })
})

test('a link to another server or to the same page is not followed: the list is incomplete', async () => {
  const stranger = await serve(() => ({ body: { tags: ['stolen'] } }))
  const quay = await serve(({ authorization }, url) => {
    if (url.pathname === '/token') return { body: { token: TOKEN } }
    if (!authorization) return bearer(quay.origin)
    return { body: { tags: ['1'] }, headers: link(`${stranger.origin}/v2/a/b/tags/list`) }
  })
  const registry = registriesAt({ 'quay.io': quay.origin }).of('quay.io')
  const outcome = await registry.tags('a/b', { ...jane, registry: 'quay.io' }, { most: 3 })
  expect(outcome).toMatchObject({ tags: ['1'], complete: false, identity: 'credential' })
  expect(stranger.seen).toEqual([])
  const loop = await serve(() => ({ body: { tags: ['1'] }, headers: link('/v2/a/b/tags/list?n=1') }))
  expect(await listed(loop.origin, 9)).toMatchObject({ complete: false })
  expect(loop.seen.length).toBeLessThanOrEqual(2)
})

test.each<[string, Answer | null, object]>([
  ['no tags at all', { body: { name: 'a/b', tags: null } }, { status: 'found', tags: [], complete: true }],
  [
    'names that are not tags',
    { body: { tags: ['ok', '', '-x', 'a b', '\u001b[2J', 7, 'x'.repeat(129)] } },
    { status: 'found', tags: ['ok'] },
  ],
  ['no JSON', { body: '<html>' }, { status: 'found', tags: [] }],
  [
    'an unknown repository',
    { status: 404, body: { errors: [{ code: 'NAME_UNKNOWN', message: 'x' }] } },
    { status: 'not-found', code: 'NAME_UNKNOWN' },
  ],
  [
    'a 404 without an error code',
    { status: 404, body: 'page not found' },
    { status: 'not-found', code: null },
  ],
  ['a 404 with a hostile code', { status: 404, body: { errors: [{ code: 'a\nb' }] } }, { code: null }],
  ['a denial', { status: 403 }, { status: 'denied', httpStatus: 403 }],
  [
    'a limit',
    { status: 429, headers: { 'retry-after': '9' } },
    { status: 'rate-limited', retryAfterSeconds: 9 },
  ],
  ['a cut connection', null, { status: 'unreachable' }],
])('a list of tags is an outcome, whatever is answered: %s', async (_what, answer, outcome) => {
  const quay = await serve(() => answer)
  expect(await listed(quay.origin)).toMatchObject(outcome)
})

test('a page that fails keeps those before it', async () => {
  const quay = await serve((_request, url) =>
    url.searchParams.has('last')
      ? { status: 500 }
      : { body: { tags: ['1'] }, headers: link('/v2/a/b/tags/list?last=1') },
  )
  expect(await listed(quay.origin)).toMatchObject({ status: 'found', tags: ['1'], complete: false })
})
