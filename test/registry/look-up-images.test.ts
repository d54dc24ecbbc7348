/** Digests of many images: by HEAD, each once, and failing registries are not contacted again. */
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { PlanInput } from '../../src/plan/plan-input.ts'
import { lookUpImages } from '../../src/registry/look-up-images.ts'
import { login, startHub } from './hub.ts'
import { registriesAt, serve } from './loopback.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const found = { headers: { 'docker-content-digest': DIGEST } }
const anonymous = { credentials: [], platforms: [] }

test('returns the index digest of each existing image and the reason for each other one, without a pull', async () => {
  const { hub, registries, nginx, app } = await startHub()
  const names = [
    'nginx:1.27',
    'docker.io/acme/app:1',
    'nginx:nope',
    'other/secret:1',
    'Bad:Name',
    'nginx:1.27',
  ]
  const facts = await lookUpImages(registries, names, { credentials: [login()], platforms: ['linux/amd64'] })
  const forPlan: PlanInput['images'] = facts
  expect([...forPlan]).toEqual([
    ['nginx:1.27', { digest: nginx.top.digest, detail: null }],
    ['docker.io/acme/app:1', { digest: app.top.digest, detail: null }],
    ['nginx:nope', { digest: null, detail: 'the registry has no such image', ruledOut: true }],
    [
      'other/secret:1',
      { digest: null, detail: 'the registry denies access to it, or has no such repository' },
    ],
    ['Bad:Name', { digest: null, detail: 'it is not an image reference' }],
  ])
  expect(hub.pulls).toEqual([])
  expect(hub.requests.filter(({ method, path }) => method === 'GET' && path !== '/token')).toEqual([])
})

test('finds an image even from a rate-limited address, because HEAD is not a pull', async () => {
  const { hub, registries, nginx } = await startHub()
  hub.exhaust('127.0.0.1')
  const facts = await lookUpImages(registries, ['nginx:1.27'], anonymous)
  expect(facts.get('nginx:1.27')?.digest).toBe(nginx.top.digest)
})

test.each([
  ['takes no more requests', { status: 429, body: 'Too Many Requests (HAP429)' }, 'takes no more requests'],
  ['hangs up', null, "can't be reached"],
])('asks a registry that %s only once, however many images it has', async (_what, answer, detail) => {
  const sick = await serve(() => answer)
  const well = await serve(() => found)
  const registries = registriesAt({ 'quay.io': sick.origin, 'ghcr.io': well.origin })
  const names = ['quay.io/a/a:1', 'quay.io/a/b:1', 'ghcr.io/a/a:1', 'quay.io/a/c:1', 'ghcr.io/a/b:1']
  const facts = await lookUpImages(registries, names, anonymous)
  expect([...facts.keys()]).toEqual(names)
  expect(facts.get('quay.io/a/c:1')).toEqual({ digest: null, detail: expect.stringContaining(detail) })
  expect(facts.get('ghcr.io/a/b:1')).toEqual({ digest: DIGEST, detail: null })
  expect(sick.seen).toHaveLength(1)
})

test('sends a refused login once', async () => {
  const { hub, registries } = await startHub()
  const names = ['nginx:1', 'redis:1', 'acme/app:1']
  const facts = await lookUpImages(registries, names, { credentials: [login('wrong')], platforms: [] })
  expect([...facts.values()].map(({ detail }) => detail)).toEqual(
    names.map(() => 'the registry refused the login'),
  )
  expect(hub.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
})

test('uses the login with the longest matching key, and shows it to no other registry', async () => {
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
  const quay = await serve(({ authorization }) => (authorization ? found : basic))
  const ghcr = await serve(() => basic)
  const registries = registriesAt({ 'quay.io': quay.origin, 'ghcr.io': ghcr.origin })
  const wide = login('wide', 'quay.io')
  const narrow = { ...login('narrow', 'quay.io'), key: 'quay.io/team' }
  const names = ['quay.io/team/app', 'quay.io/teams/app', 'ghcr.io/a/b']
  await lookUpImages(registries, names, { credentials: [narrow, wide], platforms: [] })
  const sent = quay.seen.filter(({ authorization }) => authorization)
  expect(sent.map(({ line, authorization }) => [line, password(authorization)]).sort()).toEqual([
    ['HEAD /v2/team/app/manifests/latest', 'jane:narrow'],
    ['HEAD /v2/teams/app/manifests/latest', 'jane:wide'],
  ])
  expect(new Set(ghcr.seen.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
})

const password = (authorization = '') => Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()

test('gives no digest for an image that is not built for the nodes', async () => {
  const manifests = [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }]
  const quay = await serve(({ line }) => (line.startsWith('HEAD') ? {} : { body: { manifests } }))
  const registries = registriesAt({ 'quay.io': quay.origin })
  const ask = async (platforms: string[]) =>
    (await lookUpImages(registries, ['quay.io/a/b:1'], { credentials: [], platforms })).get('quay.io/a/b:1')
  expect(await ask(['linux/arm64', 'linux/arm'])).toEqual({
    digest: null,
    detail: 'it is not built for linux/arm64',
    ruledOut: true,
  })
  expect(await ask(['linux/arm/v7'])).toMatchObject({ digest: expect.stringMatching(/^sha256:/) })
})

test('reports a registry without digests and an invalid host as such', async () => {
  const quay = await serve(() => ({}))
  const registries = registriesAt({ 'quay.io': quay.origin })
  const facts = await lookUpImages(registries, ['quay.io/a/b:1', 'quay.io:99999/a/b:1'], anonymous)
  expect([...facts.values()].map(({ detail }) => detail)).toEqual([
    'the registry does not report its digest',
    'quay.io:99999 is not the host of a registry',
  ])
})

test('accepts a digest of an index but not of one platform for nodes of several platforms, without a pull', async () => {
  const { hub, registries, nginx } = await startHub()
  const single = hub.addImage({ repository: 'acme/single', tags: ['1'], index: false })
  const names = [`acme/single:1@${single.top.digest}`, `nginx:1.27@${nginx.top.digest}`]
  const ask = async (platforms: string[]) => {
    const facts = await lookUpImages(registries, names, { credentials: [], platforms })
    return [...facts.values()].map(({ ruledOut = false }) => ruledOut)
  }
  expect(await ask(['linux/amd64', 'linux/arm64'])).toEqual([true, false])
  expect(await ask(['linux/amd64'])).toEqual([false, false])
  expect(hub.pulls).toEqual([])
})

test('asks an address inside this network only if an endpoint or a login shows that its user knows it', async () => {
  const inside = await serve(() => found)
  const name = `${inside.host}/app:1`
  const facts = await lookUpImages(registriesAt({}), [name], anonymous)
  expect(facts.get(name)).toMatchObject({ digest: null, detail: expect.stringContaining('internal address') })
  expect(inside.seen).toEqual([])
  const known = await lookUpImages(registriesAt({ [inside.host]: inside.origin }), [name], anonymous)
  expect(known.get(name)?.digest).toBe(DIGEST)
})

test('asks no further registry once the first ones have taken ten seconds', async () => {
  let now = 0
  const slow = await serve(() => {
    now += 10_001
    return found
  })
  const names = Array.from({ length: 8 }, (_, index) => `r${index}.example/app:1`)
  const origins = Object.fromEntries(names.map(name => [name.split('/')[0] ?? '', slow.origin]))
  const clock = { ...systemClock, now: () => now }
  const facts = await lookUpImages(registriesAt(origins, { clock }), names, anonymous)
  const passedOver = [...facts.values()].filter(({ digest }) => digest === null)
  expect(passedOver.map(({ detail }) => detail)).toEqual(
    Array.from({ length: 2 }, () => 'others took too long to answer'),
  )
  expect(slow.seen).toHaveLength(6)
})
