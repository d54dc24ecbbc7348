/** A credential is proven before it is distributed; any other result is reported with its reason. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { givenCredential } from '../../src/commands/fix/given-credential.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'
import { type Answer, BASIC, bearer, CANARY, image, jane, registriesAt, serve, TOKEN } from './loopback.ts'

const manifestOf = (repository: string) => `/v2/${repository}/manifests/1`

describe('on Docker Hub', () => {
  const prove = async (
    statuses: Record<string, Answer | null>,
    token: Answer = { body: { token: TOKEN } },
  ) => {
    const hub = await serve((request, url) => {
      if (url.pathname === '/token') return request.authorization === BASIC ? token : { status: 401 }
      if (request.authorization !== `Bearer ${TOKEN}`) return bearer(hub.origin)
      const quota = { 'ratelimit-limit': '200;w=21600', 'ratelimit-remaining': '17;w=21600' }
      return url.pathname in statuses ? (statuses[url.pathname] ?? null) : { headers: quota }
    })
    const registry = registriesAt({ 'docker.io': hub.origin }).of('docker.io')
    return { hub, registry, proof: await registry.proveCredential(jane, image('acme/app')) }
  }

  test('a valid login with access is proven, with its remaining quota', async () => {
    const { hub, proof } = await prove({})
    expect(proof).toMatchObject({ proven: true, quota: { remaining: 17 }, manifest: { status: 'found' } })
    expect(hub.lines().filter(line => line.startsWith('GET /v2'))).toEqual([])
  })

  test('a missing tag does not disprove the credential', async () => {
    const { proof } = await prove({ [manifestOf('acme/app')]: { status: 404 } })
    expect(proof).toMatchObject({ proven: true, manifest: { status: 'not-found' } })
  })

  test.each<[what: string, statuses: Record<string, Answer | null>, token: Answer | undefined, why: string]>([
    ['a wrong password', {}, { status: 401 }, 'wrong-credential'],
    [
      'a repository that is not open to it',
      { [manifestOf('acme/app')]: { status: 401 } },
      undefined,
      'no-access',
    ],
    ['an abuse limit', { [manifestOf('acme/app')]: { status: 429 } }, undefined, 'rate-limited'],
    ['a hub that breaks', { [manifestOf('acme/app')]: { status: 502 } }, undefined, 'server-error'],
    ['a hub that hangs up', { [manifestOf('acme/app')]: null }, undefined, 'unreachable'],
  ])('%s proves nothing: %#', async (_what, statuses, token, why) => {
    const { proof } = await prove(statuses, token)
    expect(proof).toMatchObject({ proven: false, why })
    expect(inspect(proof, { depth: 9 })).not.toContain(CANARY)
  })

  test('a wrong password is tried once, because some registries ban for it', async () => {
    const { hub } = await prove({}, { status: 401 })
    expect(hub.seen.filter(({ authorization }) => authorization === BASIC)).toHaveLength(1)
  })

  test('an unreachable hub is reported as such', async () => {
    const registry = registriesAt({ 'docker.io': 'http://127.0.0.1:1' }).of('docker.io')
    const proof = await registry.proveCredential(jane, image('acme/app'))
    expect(proof).toEqual({ proven: false, why: 'unreachable', detail: '127.0.0.1:1: ECONNREFUSED' })
  })
})

describe('on another registry', () => {
  const robot = givenCredential('quay.io', 'jane', new Redacted(CANARY))
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
  // The proxy refuses, so that no external name is resolved.
  const env = { HTTPS_PROXY: 'http://127.0.0.1:1' }
  const proveAt = (origin: string) =>
    registriesAt({ 'quay.io': origin }, { env }).of('quay.io').proveCredential(robot, image('a/b', 'quay.io'))

  test('the login is tested even if the repository is public', async () => {
    const answer = (right: boolean) =>
      serve((request, url) => {
        if (url.pathname !== '/v2/') return {}
        return right && request.authorization === BASIC ? {} : basic
      })
    expect(await proveAt((await answer(true)).origin)).toMatchObject({
      proven: true,
      quota: { status: 'not-reported' },
    })
    expect(await proveAt((await answer(false)).origin)).toMatchObject({
      proven: false,
      why: 'wrong-credential',
    })
  })

  test('a registry that never challenges proves nothing', async () => {
    const open = await serve(() => ({}))
    expect(await proveAt(open.origin)).toEqual({ proven: false, why: 'not-asked-for', detail: '' })
    expect(open.seen.filter(({ authorization }) => authorization)).toEqual([])
  })

  test('a credential withheld from a foreign realm proves nothing and names the realm', async () => {
    const quay = await serve(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://token.elsewhere.invalid/"' },
    }))
    expect(await proveAt(quay.origin)).toEqual({
      proven: false,
      why: 'withheld',
      detail: 'token.elsewhere.invalid',
    })
  })
})
