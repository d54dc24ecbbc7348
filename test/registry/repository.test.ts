/** Requests for manifests: challenges, tokens, statuses, redirects, and secrets that must not leave. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Answer, BASIC, bearer, CANARY, image, jane, registriesAt, serve, TOKEN } from './loopback.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const found: Answer = {
  headers: {
    'docker-content-digest': DIGEST,
    'content-type': 'application/vnd.oci.image.index.v1+json; charset=x',
  },
}
const head = (origin: string, credential: typeof jane | null = null, reference = image('library/nginx')) =>
  registriesAt({ 'docker.io': origin }).of('docker.io').headManifest(reference, credential)

/** A hub with a token server; `grant` answers the token server, `manifest` the authorized HEAD. */
const hubWith = (grant: Answer | null, manifest: Answer | null = found) =>
  serve((request, url) => {
    if (url.pathname === '/token') return grant
    return request.authorization === `Bearer ${TOKEN}` ? manifest : bearer(`http://${url.host}`)
  })
const granted: Answer = { body: { token: TOKEN } }

describe('the token', () => {
  test('is requested anonymously for pulling only, whatever the registry asks for', async () => {
    const hub = await serve((request, url) => {
      if (url.pathname === '/token') return granted
      if (request.authorization) return found
      return bearer(hub.origin, ',scope="repository:library/nginx:pull,push,delete"')
    })
    expect(await head(hub.origin)).toEqual({
      identity: 'anonymous',
      withheldFrom: null,
      status: 'found',
      digest: DIGEST,
      mediaType: 'application/vnd.oci.image.index.v1+json',
    })
    expect(hub.lines()[1]).toBe(
      'GET /token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull',
    )
    expect(hub.seen.map(({ authorization }) => authorization)).toEqual([
      undefined,
      undefined,
      `Bearer ${TOKEN}`,
    ])
  })

  test('sends the credential to the token server only; access_token is accepted as well', async () => {
    const hub = await hubWith({ body: { access_token: TOKEN } })
    expect(await head(hub.origin, jane)).toMatchObject({ status: 'found', identity: 'credential' })
    expect(hub.seen.map(({ authorization }) => authorization)).toEqual([undefined, BASIC, `Bearer ${TOKEN}`])
  })

  test('is kept for its repository, and not longer than it is valid', async () => {
    const hub = await hubWith(granted)
    const registry = registriesAt({ 'docker.io': hub.origin }).of('docker.io')
    for (let time = 0; time < 3; time += 1) await registry.headManifest(image('library/nginx'), null)
    expect(hub.lines().filter(line => line.startsWith('GET'))).toHaveLength(1)
    const short = await hubWith({ body: { token: TOKEN, expires_in: 5 } })
    const other = registriesAt({ 'docker.io': short.origin }).of('docker.io')
    for (let time = 0; time < 2; time += 1) await other.headManifest(image('library/nginx'), null)
    expect(short.lines().filter(line => line.startsWith('GET'))).toHaveLength(2)
  })

  test('is replaced if it expires early', async () => {
    let tokens = 0
    const hub = await serve((request, url) => {
      if (url.pathname === '/token') return { body: { token: `t${++tokens}`, expires_in: 300 } }
      return request.authorization === `Bearer t${tokens}` && tokens !== 1 ? found : bearer(hub.origin)
    })
    const registry = registriesAt({ 'docker.io': hub.origin }).of('docker.io')
    expect(await registry.headManifest(image('library/nginx'), null)).toMatchObject({ status: 'denied' })
    expect(await registry.headManifest(image('library/nginx'), null)).toMatchObject({ status: 'found' })
  })

  test('is obtained with an identity token by POST', async () => {
    const hub = await hubWith(granted)
    expect(await head(hub.origin, { ...jane, kind: 'identity-token' })).toMatchObject({ status: 'found' })
    expect(hub.seen[1]).toMatchObject({ line: 'POST /token', authorization: undefined })
    expect(Object.fromEntries(new URLSearchParams(hub.seen[1]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: CANARY,
      service: 'registry.docker.io',
      client_id: 'pullguard',
      scope: 'repository:library/nginx:pull',
    })
  })

  test('is obtained with an identity token by GET if POST is unknown, and only then', async () => {
    const answer = (status: number) =>
      serve((request, url) => {
        if (request.line.startsWith('POST')) return { status }
        if (url.pathname === '/token') return granted
        return request.authorization ? found : bearer(`http://${url.host}`)
      })
    const old = await answer(404)
    expect(await head(old.origin, { ...jane, kind: 'identity-token' })).toMatchObject({ status: 'found' })
    const strict = await answer(401)
    const outcome = await head(strict.origin, { ...jane, kind: 'identity-token' })
    expect(outcome).toMatchObject({ status: 'wrong-credential' })
    expect(strict.lines().filter(line => line.includes('/token'))).toEqual(['POST /token'])
  })

  test('is not used if the registry asks for Basic: the login is sent', async () => {
    const challenge = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
    const basic = await serve(({ authorization }) => (authorization === BASIC ? found : challenge))
    expect(await head(basic.origin, jane)).toMatchObject({ status: 'found', identity: 'credential' })
    expect(await head(basic.origin)).toMatchObject({ status: 'denied', identity: 'anonymous' })
    const closed = await serve(() => challenge)
    expect(await head(closed.origin, jane)).toMatchObject({ status: 'wrong-credential' })
  })
})

describe('the outcome', () => {
  test.each<[what: string, grant: Answer | null, manifest: Answer | null, outcome: object]>([
    ['404', granted, { status: 404 }, { status: 'not-found' }],
    ['401 with a token', granted, { status: 401 }, { status: 'denied' }],
    ['403', granted, { status: 403 }, { status: 'denied' }],
    [
      '429',
      granted,
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 'rate-limited', retryAfterSeconds: 7 },
    ],
    ['500', granted, { status: 500 }, { status: 'server-error', httpStatus: 500 }],
    ['a cut connection', granted, null, { status: 'unreachable', why: 'connection' }],
    ['a token server that answers 401', { status: 401 }, found, { status: 'wrong-credential' }],
    ['a token server that answers 403', { status: 403 }, found, { status: 'wrong-credential' }],
    [
      'a token server that answers 429',
      { status: 429 },
      found,
      { status: 'rate-limited', retryAfterSeconds: null },
    ],
    ['a token server that answers 503', { status: 503 }, found, { status: 'server-error', httpStatus: 503 }],
    ['an invalid token', { body: 'not json' }, found, { status: 'server-error' }],
    ['a token with a line break', { body: { token: 'a\r\nb' } }, found, { status: 'server-error' }],
    ['a token without end', { body: 'x'.repeat(70_000) }, found, { status: 'unreachable', why: 'malformed' }],
    ['another digest', granted, found, { status: 'server-error' }],
  ])('%s', async (what, grant, manifest, outcome) => {
    const hub = await hubWith(grant, manifest)
    const digest = what === 'another digest' ? `sha256:${'b'.repeat(64)}` : null
    const result = await head(hub.origin, jane, { ...image('library/nginx'), digest })
    expect(result).toMatchObject(outcome)
    expect(inspect(result, { depth: 9 })).not.toMatch(/c4n4ry|amFuZT/)
    expect(hub.seen.length, 'a failure is not tried again').toBeLessThanOrEqual(3)
    expect(hub.lines().filter(line => line.startsWith('GET /v2'))).toEqual([])
  })

  test('an invalid digest is not passed on', async () => {
    const hub = await serve(() => ({
      headers: { 'docker-content-digest': 'sha256:x', 'content-type': '<b>' },
    }))
    expect(await head(hub.origin)).toMatchObject({ status: 'found', digest: null, mediaType: null })
  })

  test('a refused connection, an unknown name and a timeout are distinguished', async () => {
    expect(await head('http://127.0.0.1:1')).toMatchObject({
      why: 'connection',
      detail: '127.0.0.1:1: ECONNREFUSED',
    })
    const silent = createServer(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const registry = registriesAt({ 'docker.io': `http://127.0.0.1:${port}` }, { timeoutMs: 50 }).of(
      'docker.io',
    )
    expect(await registry.headManifest(image('library/nginx'), null)).toMatchObject({ why: 'timeout' })
    const plain = await serve(() => found)
    expect(await head(plain.origin.replace('http:', 'https:'))).toMatchObject({ why: 'tls' })
  })

  test('the reason of an abort is thrown, not reported', async () => {
    const signal = AbortSignal.abort(new Error('stop'))
    const registry = registriesAt({ 'docker.io': 'http://127.0.0.1:1' }, { signal }).of('docker.io')
    await expect(registry.headManifest(image('library/nginx'), null)).rejects.toThrow('stop')
  })
})

describe('foreign hosts', () => {
  test.each([
    'http://127.0.0.1:1/token',
    'https://169.254.169.254/token',
    'https://localhost/token',
    'https://[::1]/token',
    'not a url',
  ])('the realm %s is not contacted', async realm => {
    const hub = await serve(() => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="${realm}"` },
    }))
    expect(await head(hub.origin, jane)).toMatchObject({ status: 'unreachable', why: 'refused' })
    expect(hub.seen).toHaveLength(1)
  })

  test.each([
    ['GET', '/token'],
    ['HEAD', '/v2/'],
  ])('%s %s does not follow a redirect to an internal address', async (_method, path) => {
    const stranger = await serve(() => found)
    const hub = await serve((request, url) => {
      if (url.pathname.startsWith(path)) return { status: 307, headers: { location: `${stranger.origin}/x` } }
      return request.authorization ? found : bearer(hub.origin)
    })
    expect(await head(hub.origin, jane)).toMatchObject({ status: 'unreachable', why: 'refused' })
    expect(stranger.seen).toEqual([])
  })

  test('a redirect within the registry keeps the token, and an endless one is stopped', async () => {
    const hub = await serve((request, url) => {
      if (url.pathname === '/token') return granted
      if (!request.authorization) return bearer(hub.origin)
      return url.pathname === '/moved' ? found : { status: 307, headers: { location: '/moved' } }
    })
    expect(await head(hub.origin)).toMatchObject({ status: 'found' })
    expect(hub.seen.at(-1)).toMatchObject({ line: 'HEAD /moved', authorization: `Bearer ${TOKEN}` })
    const loop = await serve(() => ({ status: 302, headers: { location: '/again' } }))
    expect(await head(loop.origin)).toMatchObject({ status: 'unreachable', why: 'refused' })
    expect(loop.seen.length).toBeLessThan(10)
  })
})

describe('the platforms', () => {
  const serveImage = (body: unknown, config: unknown = {}) => {
    const text = JSON.stringify(config)
    return serve((_request, url) => (url.pathname.includes('/blobs/') ? { body: text } : { body }))
  }
  const platforms = (origin: string) =>
    registriesAt({ 'quay.io': origin }).of('quay.io').platforms(image('a/b', 'quay.io'), null)
  const sha256 = (value: unknown) =>
    `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`

  test('of an index are listed without its attestations', async () => {
    const manifests = [
      { platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
      { platform: { os: 'unknown', architecture: 'unknown' } },
      { platform: 'nonsense' },
    ]
    const quay = await serveImage({ manifests })
    expect(await platforms(quay.origin)).toMatchObject({
      status: 'found',
      digest: sha256({ manifests }),
      platforms: [{ os: 'linux', architecture: 'arm', variant: 'v7' }],
    })
  })

  test('of a single image come from its configuration, whose digest must match', async () => {
    const config = { os: 'linux', architecture: 'amd64' }
    const quay = await serveImage({ config: { digest: sha256(config) } }, config)
    expect(await platforms(quay.origin)).toMatchObject({
      platforms: [{ os: 'linux', architecture: 'amd64', variant: null }],
    })
    const forged = await serveImage({ config: { digest: sha256('other') } }, config)
    expect(await platforms(forged.origin)).toMatchObject({ status: 'server-error' })
  })

  test.each([
    ['index.docker.io', 'docker.io'],
    ['registry-1.docker.io', 'registry-1.docker.io'],
  ])('are never requested from Docker Hub, here as %s, where that counts as a pull', async (name, served) => {
    const hub = await serve(() => ({}))
    const registry = registriesAt({ [served]: hub.origin }).of(name)
    expect(await registry.platforms(image('library/nginx'), null)).toEqual({ status: 'not-asked' })
    expect(hub.seen).toEqual([])
  })
})
