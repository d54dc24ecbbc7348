/** Docker Hub's web API: what is public there, and hostile answers that must not be believed. */
import { expect, test } from 'vitest'
import { startHub } from './hub.ts'
import { type Answer, registriesAt, serve } from './loopback.ts'

const apiAt = (origin: string) => registriesAt({ 'hub.docker.com': origin }).hubApi()

test('private repositories are not found, like missing ones, and only public names of a namespace are listed', async () => {
  const { hub, url } = await startHub()
  hub.addImage({ repository: 'acme/public', tags: ['1'], platforms: ['linux/arm64', 'windows/amd64'] })
  const api = apiAt(url)
  expect(await api?.repository('acme/public')).toEqual({ status: 'found' })
  expect(await api?.repository('acme/app')).toEqual({ status: 'not-found' })
  expect(await api?.repository('acme/nothing')).toEqual({ status: 'not-found' })
  expect(await api?.repositoriesOf('acme')).toEqual({ status: 'found', names: ['public'] })
  expect(await api?.repositoriesOf('nobody')).toEqual({ status: 'not-found' })
  expect(await api?.platforms('acme/public', '1')).toEqual(['linux/arm64', 'windows/amd64'])
  expect(await api?.platforms('acme/app', '1')).toBeNull()
  expect(hub.pulls).toEqual([])
})

test('a long namespace is read page by page, and an endless one is cut off', async () => {
  const { hub, url } = await startHub()
  for (let index = 0; index < 150; index += 1) hub.addImage({ repository: `big/r${index}` })
  expect(await apiAt(url)?.repositoriesOf('big')).toMatchObject({ names: { length: 150 } })
  const results = Array.from({ length: 100 }, () => ({ name: 'same' }))
  const endless = await serve(() => ({ body: { results } }))
  await apiAt(endless.origin)?.repositoriesOf('big')
  expect(endless.seen).toHaveLength(5)
})

test.each<[string, Answer | null, object]>([
  ['a limit', { status: 429 }, { status: 'rate-limited', retryAfterSeconds: null }],
  ['a failure', { status: 503 }, { status: 'server-error', httpStatus: 503 }],
  ['no JSON', { body: 'oops' }, { status: 'server-error' }],
  ['no object', { body: [] }, { status: 'server-error' }],
  ['a cut connection', null, { status: 'unreachable' }],
])('%s does not count as missing', async (_what, answer, outcome) => {
  const hub = await serve(() => answer)
  expect(await apiAt(hub.origin)?.repository('a/b')).toMatchObject(outcome)
  expect(await apiAt(hub.origin)?.repositoriesOf('a')).toMatchObject(outcome)
  expect(await apiAt(hub.origin)?.platforms('a/b', '1')).toBeNull()
  expect(new Set(hub.seen.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
})

test('invalid names and platforms are skipped', async () => {
  const hub = await serve((_request, url) => ({
    body: url.pathname.includes('/tags/')
      ? { images: [{ os: 'unknown', architecture: 'unknown' }, { os: 'li\u001bnux', architecture: 'x' }, 7] }
      : { results: [{ name: 'ok' }, { name: '../x' }, { name: 'A' }, { name: 7 }, null] },
  }))
  expect(await apiAt(hub.origin)?.repositoriesOf('a')).toEqual({ status: 'found', names: ['ok'] })
  expect(await apiAt(hub.origin)?.platforms('a/b', '1')).toBeNull()
})

test('the web API is not used for a server that stands in for Docker Hub', () => {
  expect(registriesAt({ 'docker.io': 'http://127.0.0.1:1' }).hubApi()).toBeNull()
  expect(registriesAt({}).hubApi()).not.toBeNull()
})
