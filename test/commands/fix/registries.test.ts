/** Which registry requests a fix makes: proof of a login before it is distributed, pulls left, digests. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { pullsLeft } from '../../../src/apply/recreate-in-batches.ts'
import type { CommandContext } from '../../../src/commands/context.ts'
import { planCredentialOf } from '../../../src/commands/fix/choose-logins.ts'
import { loginFromFlags } from '../../../src/commands/fix/given-credential.ts'
import { askRegistries } from '../../../src/commands/fix/prepare-fix.ts'
import { proveLogins } from '../../../src/commands/fix/prove-logins.ts'
import type { FixOptions, FixSession, PreparedFix } from '../../../src/commands/fix/session.ts'
import type { Finding } from '../../../src/diagnosis/finding.ts'
import { RefusedError } from '../../../src/errors.ts'
import type { Registries } from '../../../src/registry/client.ts'
import { login, startHub } from '../../registry/hub.ts'
import { CANARY } from '../../registry/loopback.ts'
import { plan, recreate } from '../../report/plan-samples.ts'
import { finding } from '../../report/samples.ts'
import { sessionWith } from './session.ts'

function sessionOf(
  registries: Registries,
  options: Partial<FixOptions> = {},
): FixSession & { printed: string[] } {
  const printed: string[] = []
  const err = { write: async (text: string) => void printed.push(text) }
  const context = { err, env: {}, home: '/nowhere' }
  return {
    registries,
    context,
    printed,
    options: { dryRun: 'none', registries: [], ...options },
  } as unknown as FixSession & {
    printed: string[]
  }
}

const preparedOf = (credentials = [login()], findings: Finding[] = []): PreparedFix => ({
  plan: plan([]),
  runs: [],
  findings,
  gaps: [],
  credentials,
  partial: false,
  unproven: [],
  saved: false,
})
const hubOf = (registries: Registries, hubLogins = [login()]) => ({
  hub: registries.of('docker.io'),
  hubLogins,
})
const wanting = (reference: string) => finding({ image: reference, reference: `docker.io/${reference}` })

test('a hub that accepts no more requests has no pulls left, and one without a limit has no number', async () => {
  const { hub, registries } = await startHub()
  const left = () => pullsLeft(hubOf(registries))
  hub.exhaust('jane', 17)
  expect(await left()).toBe(17)
  hub.trouble = 'abuse'
  expect(await left()).toBe(0)
  hub.trouble = null
  hub.addAccount({ name: 'jane', password: CANARY, limit: null })
  expect(await left()).toBeNull()
})

test("a server without the quota's repository does not hold pods back", async () => {
  const { registries } = await startHub(null)
  expect(await pullsLeft(hubOf(registries))).toBeNull()
})

test("the pulls left on a hub that fails or can't be reached are unknown", async () => {
  const { hub, registries } = await startHub()
  hub.trouble = 503
  expect(await pullsLeft(hubOf(registries))).toBe('unknown')
  hub.trouble = null
  await hub.close()
  expect(await pullsLeft(hubOf(registries))).toBe('unknown')
})

test('one login that fails keeps the others, and the way to go on without it is named', async () => {
  const { registries } = await startHub()
  const stale = login('wrong')
  const prepared = preparedOf([stale, login()], [wanting('acme/app:1')])
  const failed = await proveLogins(
    { ...prepared, plan: plan([recreate('web', 'shop')]) },
    sessionOf(registries),
  )
  expect(failed.map(({ credential }) => credential)).toEqual([stale])
  expect(failed[0]?.error.message).toContain('--no-recreate keeps the stuck pods')
})

test('a plan that is only shown keeps a login that could not be checked, and says so', async () => {
  const { hub, registries } = await startHub()
  hub.trouble = 503
  const session = sessionOf(registries, { dryRun: 'client' })
  expect(await proveLogins(preparedOf([login()], [wanting('acme/app:1')]), session)).toEqual([])
  expect(session.printed.join('')).toContain('so the login could not be verified')
  expect(
    await proveLogins(preparedOf([login()], [wanting('acme/app:1')]), sessionOf(registries)),
  ).toHaveLength(1)
})

test('of two accounts the one with the fewest pulls counts', async () => {
  const { hub, registries } = await startHub()
  hub.addAccount({ name: 'team', password: CANARY })
  hub.exhaust('team', 3)
  const team = { ...login(), username: 'team', key: 'docker.io/team' }
  expect(await pullsLeft(hubOf(registries, [login(), team]))).toBe(3)
})

test('an image private to another account does not disprove a login unless it is the only one; no proof costs a pull', async () => {
  const { hub, registries } = await startHub()
  const session = sessionOf(registries)
  await proveLogins(preparedOf([login()], [wanting('other/secret:1'), wanting('acme/app:1')]), session)
  expect(session.printed.join('')).toContain('The login of jane for Docker Hub works')
  const many = Array.from({ length: 9 }, (_, index) => wanting(`other/secret-${index}:1`))
  expect(await proveLogins(preparedOf([login()], [...many, wanting('acme/app:1')]), session)).toEqual([])
  const [alone] = await proveLogins(preparedOf([login()], [wanting('other/secret:1')]), session)
  expect(alone).toMatchObject({ login: { why: 'no-access', image: 'docker.io/other/secret:1' } })
  expect(alone?.error).toBeInstanceOf(RefusedError)
  expect(hub.pulls).toEqual([])
})

test('a user name that is the password is not shown', async () => {
  const { registries } = await startHub()
  const session = sessionOf(registries)
  const twice = { ...login(CANARY), username: CANARY }
  const [failed] = await proveLogins(preparedOf([twice], [wanting('acme/app:1')]), session)
  const shown = JSON.stringify([
    failed?.login,
    failed?.error.message,
    session.printed,
    planCredentialOf(twice),
  ])
  expect(shown).toContain('the login of [redacted]')
  expect(shown).not.toContain(CANARY)
})

test('a wrong password is sent to the registry once', async () => {
  const { hub, registries } = await startHub()
  const wrong = preparedOf([login('wrong')], [wanting('acme/app:1'), wanting('library/nginx:1.27')])
  const printed = async () => (await proveLogins(wrong, sessionOf(registries)))[0]?.error.message
  expect(await printed()).toContain('does not accept the login of jane')
  expect(hub.requests.filter(({ path, status }) => path === '/token' && status === 401)).toHaveLength(1)
  expect(await printed()).toContain('check the name, and what --password-stdin got')
  expect(await printed()).toContain('--no-authenticate')
})

test('digests are requested with the login that will be distributed', async () => {
  const { hub, registries, app } = await startHub()
  const facts = await askRegistries(['acme/app:1'], [login()], [], sessionOf(registries))
  expect(facts.get('acme/app:1')?.digest).toBe(app.top.digest)
  expect(hub.pulls).toEqual([])
})

test('a password is not read from a terminal, which would display it', async () => {
  const { options } = sessionWith({ username: 'jane', passwordStdin: true }, {})
  const stdin = Object.assign(Readable.from([Buffer.from('typed\n')]), { isTTY: true })
  const context = { program: 'pullguard', stdin } as unknown as CommandContext
  await expect(loginFromFlags(options, context)).rejects.toThrow('standard input is a terminal')
  await expect(
    loginFromFlags(options, { ...context, stdin: Readable.from([Buffer.from('typed\n')]) }),
  ).resolves.toMatchObject({ username: 'jane' })
})
