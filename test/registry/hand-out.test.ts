/** What a cluster is handed is proven first; whatever speaks against it is told without the password. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../src/errors.ts'
import type { PlanInput } from '../../src/plan/plan-input.ts'
import type { Credential } from '../../src/registry/credentials/credential.ts'
import { proveHandOut } from '../../src/registry/hand-out.ts'
import { login, startHub } from './hub.ts'
import { BASIC, CANARY, registriesAt, serve } from './loopback.ts'

const found = (...credentials: Credential[]) => ({ credentials, refusals: [] })

/** The error's text, once it is known to hold no secret. */
async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(UnreachableError)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/c4n4ry|amFuZT/)
  return String(error)
}

describe('on a hub', () => {
  test('a good login is handed out, with the pulls its account has left, and costs none of them', async () => {
    const { hub, registries } = await startHub()
    hub.exhaust('jane', 17)
    const handOut = await proveHandOut(registries, found(login()), ['acme/app:1', 'nginx:1.27'])
    const forPlan: Pick<PlanInput, 'credentials' | 'missing'> = handOut
    expect(forPlan.credentials).toEqual([
      { registry: 'docker.io', key: 'https://index.docker.io/v1/', username: 'jane', origin: '--username' },
    ])
    expect(JSON.stringify(handOut) + inspect(handOut, { depth: 9 })).not.toContain(CANARY)
    expect(handOut.dockerConfigJson?.reveal()).toContain(CANARY)
    expect(await handOut.pullsLeft()).toBe(17)
    expect(hub.pulls).toEqual([])
    expect(hub.requests.filter(({ method, path }) => method === 'GET' && path !== '/token')).toEqual([])
  })

  test('a wrong password is refused, named by account and place, and shown once', async () => {
    const { hub, registries } = await startHub()
    const text = await refusal(
      proveHandOut(registries, found(login(`${CANARY}x`)), ['acme/app:1', 'nginx:1']),
    )
    expect(text).toContain('docker.io refused the login of jane (--username)')
    expect(hub.requests.filter(({ path, status }) => path === '/token' && status === 401)).toHaveLength(1)
  })

  test('a used-up account is handed out and has 0 pulls left', async () => {
    const { hub, registries } = await startHub()
    hub.exhaust('jane')
    const handOut = await proveHandOut(registries, found(login()), ['nginx:1.27'])
    expect(await handOut.pullsLeft()).toBe(0)
  })

  test('an account without limit has none, and one that ends in hours is told', async () => {
    const { hub, registries } = await startHub()
    hub.addAccount({ name: 'jane', password: CANARY, limit: null })
    const shortLived = { ...login(), shortLived: true }
    const handOut = await proveHandOut(registries, found(shortLived), ['nginx:1.27'])
    expect(await handOut.pullsLeft()).toBeNull()
    expect(handOut.shortLived).toEqual(['docker.io'])
  })

  test("another's private image alone is no access, but does not stand for the others", async () => {
    const { registries } = await startHub()
    const text = await refusal(proveHandOut(registries, found(login()), ['other/secret:1', 'no/such:1']))
    expect(text).toContain('the login of jane (--username) does not open no/such on docker.io')
    const handOut = await proveHandOut(registries, found(login()), ['other/secret:1', 'acme/app:1'])
    expect(handOut.credentials).toHaveLength(1)
  })

  test('a login that no image asks for is proven by itself', async () => {
    const { registries } = await startHub()
    expect((await proveHandOut(registries, found(login()), [])).credentials).toHaveLength(1)
    await refusal(proveHandOut(registries, found(login('wrong')), []))
  })

  test('an abuse limit, whose text is no JSON, is said to be one and leaves no pulls', async () => {
    const { hub, registries } = await startHub()
    const handOut = await proveHandOut(registries, found(login()), ['nginx:1.27'])
    hub.trouble = 'abuse'
    expect(await handOut.pullsLeft()).toBe(0)
    const before = hub.requests.length
    expect(await refusal(proveHandOut(registries, found(login()), ['nginx:1.27']))).toContain(
      'takes no more requests for now',
    )
    expect(hub.requests.length - before, 'a 429 is not tried again').toBe(1)
  })

  test('a hub that nobody answers at is said to be out of reach', async () => {
    const registries = registriesAt({ 'docker.io': 'http://127.0.0.1:1' })
    expect(await refusal(proveHandOut(registries, found(login()), ['nginx']))).toContain(
      "docker.io can't be reached (127.0.0.1:1: ECONNREFUSED)",
    )
  })
})

describe('elsewhere', () => {
  test('a registry that asks nobody to log in is missing, not handed out', async () => {
    const open = await serve(() => ({}))
    const registries = registriesAt({ 'quay.io': open.origin })
    const handOut = await proveHandOut(registries, found(login(CANARY, 'quay.io')), ['quay.io/a/b:1'])
    expect(handOut).toMatchObject({
      credentials: [],
      missing: [{ registry: 'quay.io', detail: 'quay.io asks nobody to log in' }],
      dockerConfigJson: null,
    })
  })

  test('a login for one namespace is tried on its images alone', async () => {
    const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
    const quay = await serve(({ authorization }) => (authorization === BASIC ? {} : basic))
    const team = { ...login(CANARY, 'quay.io'), key: 'quay.io/team' }
    const images = ['quay.io/teams/app:1', 'quay.io/team/app:1', 'nginx', 'NO REFERENCE']
    const registries = registriesAt({ 'quay.io': quay.origin })
    expect((await proveHandOut(registries, found(team), images)).credentials).toHaveLength(1)
    expect(new Set(quay.lines())).toEqual(new Set(['HEAD /v2/team/app/manifests/1']))
  })

  test('refusals become what is missing, and their identity tokens serve for reading', async () => {
    const token = { ...login(), kind: 'identity-token' as const }
    const refusals = [
      { registry: 'docker.io', reason: 'identity-token' as const, detail: 'file x: …', forReading: token },
    ]
    const handOut = await proveHandOut(registriesAt({}), { credentials: [], refusals }, [])
    expect(handOut).toMatchObject({
      missing: [{ registry: 'docker.io', detail: 'file x: …' }],
      forReading: [token],
    })
    expect(await handOut.pullsLeft()).toBeNull()
  })
})
