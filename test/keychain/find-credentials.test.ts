/** Which logins are found on a machine: places and their order, helpers, podman's keys, and the reasons for finding none. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { UsageError } from '../../src/errors.ts'
import { helperRunner, type RunHelper } from '../../src/keychain/credential-helper.ts'
import { type FindOptions, findCredentials } from '../../src/keychain/find-credentials.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'

const HUB = 'https://index.docker.io/v1/'
const CANARY = 'c4n4ry-p4ssw0rd'
const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64')
const wantHub = [{ registry: 'docker.io', repositories: [] }]

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pullguard-home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

function file(path: string, content: unknown) {
  const whole = join(home, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content))
  return whole
}
const find = (options: Partial<FindOptions> = {}) =>
  findCredentials({ clock: systemClock, env: {}, home, platform: 'linux', wanted: wantHub, ...options })
const ended = (exitCode: number, stdout: string) => ({
  type: 'ended' as const,
  exitCode,
  stdout: new Redacted(stdout),
})
const login = (user: string) => ({ auths: { [HUB]: { auth: basic(user, CANARY) } } })

describe('the places', () => {
  const inOrder: [place: string, prepare: () => Record<string, string> | string, origin: string][] = [
    ['DOCKER_AUTH_CONFIG', () => ({ DOCKER_AUTH_CONFIG: JSON.stringify(login('a')) }), 'DOCKER_AUTH_CONFIG'],
    [
      'DOCKER_CONFIG',
      () => ({ DOCKER_CONFIG: dirname(file('alt/config.json', login('b'))) }),
      'alt/config.json',
    ],
    ['REGISTRY_AUTH_FILE', () => ({ REGISTRY_AUTH_FILE: file('ci/auth.json', login('c')) }), 'ci/auth.json'],
    [
      'XDG_RUNTIME_DIR',
      () => ({ XDG_RUNTIME_DIR: dirname(dirname(file('run/containers/auth.json', login('d')))) }),
      'run/containers/auth.json',
    ],
    ["podman's file", () => file('.config/containers/auth.json', login('e')), '.config/containers/auth.json'],
    ['.dockercfg', () => file('.dockercfg', login('f').auths), '.dockercfg'],
  ]

  test.each(inOrder.map(([name], index) => [name, index] as const))(
    '%s is used before every later place',
    async (_name, index) => {
      const made = inOrder.slice(index).map(([, prepare]) => prepare())
      const env = Object.assign({}, ...made.filter(each => typeof each !== 'string'))
      const { credentials } = await find({ env })
      const place = inOrder[index]?.[2] ?? ''
      const origin = index === 0 ? place : `file ~/${place}`
      expect(credentials).toMatchObject([{ key: HUB, origin, registry: 'docker.io' }])
    },
  )

  test('the default is ~/.docker/config.json', async () => {
    file('.docker/config.json', login('jane'))
    const { credentials, refusals } = await find()
    expect(credentials).toMatchObject([
      { username: 'jane', origin: 'file ~/.docker/config.json', kind: 'password' },
    ])
    expect(credentials[0]?.password.reveal()).toBe(CANARY)
    expect(refusals).toEqual([])
  })

  test('a machine without logins reports where it looked', async () => {
    const { credentials, refusals } = await find()
    expect(credentials).toEqual([])
    expect(refusals).toMatchObject([{ registry: 'docker.io', reason: 'no-entry', forReading: null }])
    expect(refusals[0]?.detail).toContain(
      '~/.docker/config.json, ~/.config/containers/auth.json, ~/.dockercfg',
    )
  })

  test("an entry that can't be used does not hide a good one in a later place", async () => {
    file('.docker/config.json', { auths: { [HUB]: {} } })
    file('.config/containers/auth.json', { auths: { 'docker.io': { auth: basic('jane', CANARY) } } })
    expect((await find()).credentials).toMatchObject([{ key: HUB, username: 'jane' }])
  })

  test('a file behind the first place with an answer is not read, so its errors do no harm', async () => {
    file('.docker/config.json', '{ broken')
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify(login('jane')) }
    expect((await find({ env })).credentials).toHaveLength(1)
  })
})

describe('the entries', () => {
  test.each<[what: string, entry: unknown, reason: string]>([
    ['an empty entry', {}, 'empty-entry'],
    ['an auth without a colon', { auth: Buffer.from(CANARY).toString('base64') }, 'malformed-entry'],
    ['an auth that is not base64', { auth: `${CANARY}!!` }, 'malformed-entry'],
    ['an auth without a user', { auth: basic('', CANARY) }, 'malformed-entry'],
    ['an auth without a password', { auth: basic('jane', '') }, 'half-entry'],
    ['a password without a user', { password: CANARY }, 'half-entry'],
    ['a password that is a number', { username: 'jane', password: 1 }, 'malformed-entry'],
    ['a registry token', { registrytoken: CANARY }, 'registry-token'],
    ['an identity token', { identitytoken: CANARY }, 'identity-token'],
    ['the user <token>', { auth: basic('<token>', CANARY) }, 'identity-token'],
    [
      'an identity token beside an auth',
      { auth: basic('00-00', ''), identitytoken: CANARY },
      'identity-token',
    ],
  ])('%s is refused with its reason and not printed', async (_what, entry, reason) => {
    file('.docker/config.json', { auths: { [HUB]: entry } })
    const found = await find()
    expect(found.credentials).toEqual([])
    const detail = expect.stringMatching(/^file ~\/\.docker\/config\.json: \w/)
    expect(found.refusals).toMatchObject([{ reason, detail }])
    expect(inspect(found, { depth: 9, showHidden: true }) + JSON.stringify(found)).not.toContain(CANARY)
  })

  test('an identity token can still be used for reading', async () => {
    file('.docker/config.json', { auths: { 'acme.azurecr.io': { identitytoken: CANARY } } })
    const { refusals } = await find({ wanted: [{ registry: 'acme.azurecr.io', repositories: [] }] })
    expect(refusals[0]?.forReading).toMatchObject({ kind: 'identity-token', key: 'acme.azurecr.io' })
    expect(refusals[0]?.forReading?.password.reveal()).toBe(CANARY)
  })

  test('auth overrides username and password, is read unpadded, and loses trailing NULs', async () => {
    const auth = basic('jane', `${CANARY}\0\0`).replace(/=+$/, '')
    file('.docker/config.json', {
      auths: { [HUB]: { username: 'old', password: 'old', auth, email: 'x@y' } },
    })
    const { credentials } = await find()
    expect(credentials[0]?.username).toBe('jane')
    expect(credentials[0]?.password.reveal()).toBe(CANARY)
  })

  test.each([
    ['docker.io', 'docker.io'],
    ['index.docker.io', 'docker.io'],
    ['https://index.docker.io/v1', 'docker.io'],
    ['http://Registry.Example:5000/v2/', 'registry.example:5000'],
    ['quay.io', 'quay.io'],
    ['https://quay.io/team', 'quay.io'],
    ['tcp://quay.io', 'quay.io'],
  ])('the key %s serves %s', async (key, registry) => {
    file('.docker/config.json', { auths: { [key]: { auth: basic('jane', CANARY) } } })
    const { credentials } = await find({ wanted: [{ registry, repositories: ['a/b'] }] })
    expect(credentials).toMatchObject([{ registry, key: registry === 'docker.io' ? HUB : registry }])
  })

  test('the token cache of the browser login is not a registry', async () => {
    file('.docker/config.json', {
      auths: {
        [`${HUB}access-token`]: { auth: basic('x', CANARY) },
        [`${HUB}refresh-token`]: { auth: basic('x', CANARY) },
      },
    })
    expect((await find()).refusals).toMatchObject([{ reason: 'no-entry' }])
  })

  test('the canonical key takes precedence over other spellings', async () => {
    file('.docker/config.json', {
      auths: { 'docker.io': { auth: basic('other', 'x') }, [HUB]: { auth: basic('jane', CANARY) } },
    })
    expect((await find()).credentials).toMatchObject([{ username: 'jane' }])
  })

  test('a path in a key is a namespace and is kept; in a URL key it is ignored', async () => {
    const wanted = [{ registry: 'quay.io', repositories: ['a/b'] }]
    for (const path of ['.docker/config.json', '.config/containers/auth.json']) {
      file(path, { auths: { 'quay.io/team': { auth: basic('jane', CANARY) } } })
      expect((await find({ wanted })).refusals).toMatchObject([{ reason: 'no-entry' }])
      const whole = await find({ wanted: [{ registry: 'quay.io', repositories: [] }] })
      expect(whole.credentials).toMatchObject([{ key: 'quay.io/team' }])
      file(path, {})
    }
    file('.config/containers/auth.json', { auths: { 'https://quay.io/team': { auth: basic('jane', 'x') } } })
    expect((await find({ wanted })).credentials).toMatchObject([{ key: 'quay.io' }])
  })

  test('of several spellings, one that can log in is used', async () => {
    file('.docker/config.json', {
      auths: {
        'https://quay.io/v1/': {},
        'https://quay.io': null,
        'http://quay.io': { auth: basic('jane', 'x') },
      },
    })
    const { credentials } = await find({ wanted: [{ registry: 'quay.io', repositories: [] }] })
    expect(credentials).toMatchObject([{ username: 'jane' }])
  })

  test('the most specific key of a repository takes precedence, segment by segment', async () => {
    file('.config/containers/auth.json', {
      auths: {
        'quay.io': { auth: basic('host', 'x') },
        'quay.io/team': { auth: basic('team', 'x') },
        'quay.io/team/app': { auth: basic('app', 'x') },
      },
    })
    const repositories = ['team/app', 'team/apple', 'teams/app', 'team/app/sub']
    const { credentials } = await find({ wanted: [{ registry: 'quay.io', repositories }] })
    expect(credentials.map(({ key, username }) => [key, username])).toEqual([
      ['quay.io', 'host'],
      ['quay.io/team', 'team'],
      ['quay.io/team/app', 'app'],
    ])
  })

  test('only the requested registries are returned', async () => {
    file('.docker/config.json', {
      auths: { ...login('jane').auths, 'ghcr.io': { auth: basic('jane', 'x') } },
    })
    expect((await find()).credentials.map(({ registry }) => registry)).toEqual(['docker.io'])
  })
})

describe('bad input', () => {
  test.each([
    ['{\n  "auths": {\n    "x": { "auth": "c4n4ry-p4ssw0rd" },\n  }\n}', 'line 4, column 3'],
    ["{'auths': 'c4n4ry-p4ssw0rd'}", 'line 1, column 2'],
    ['{"auths": {"x": {"auth": "c4n4ry-p4ssw0rd', 'line 1, column 26'],
    ['{"auths": {} ', 'line 1, column 14'],
    ['c4n4ry-p4ssw0rd', 'line 1, column 1'],
    ['{"auths": {"x": "c4n4ry-p4ssw0rd" "y": 1}}', 'line 1, column 35'],
    ['{"auths": {}} c4n4ry-p4ssw0rd', 'line 1, column 15'],
  ])(
    'a config.json that is not JSON is named with the place, not the content: %s',
    async (content, place) => {
      file('.docker/config.json', content)
      const error = await find().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UsageError)
      expect(String(error)).toContain(`~/.docker/config.json is not valid JSON (${place})`)
      expect(inspect(error)).not.toContain(CANARY)
    },
  )

  test.each(['[]', '{"auths": []}', '{"credHelpers": {"x": 1}}', '{"credsStore": {}}'])(
    'a config.json of the wrong shape is a usage error: %s',
    async content => {
      file('.docker/config.json', content)
      await expect(find()).rejects.toThrow(UsageError)
    },
  )

  test.each([
    ['{', 'DOCKER_AUTH_CONFIG is not valid JSON (line 1, column 2)'],
    [`["${CANARY}"]`, 'DOCKER_AUTH_CONFIG must be a JSON object'],
    [JSON.stringify({ auths: CANARY }), 'DOCKER_AUTH_CONFIG: "auths" must be a JSON object'],
  ])('an invalid DOCKER_AUTH_CONFIG is refused: %s', async (text, message) => {
    const error = await find({ env: { DOCKER_AUTH_CONFIG: text } }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain(message)
    expect(inspect(error)).not.toContain(CANARY)
  })

  test('DOCKER_AUTH_CONFIG can be a whole config, as in GitLab', async () => {
    const auths = { [HUB]: { username: 'jane', password: CANARY } }
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths, credHelpers: { 'ghcr.io': 'gh' } }) }
    expect((await find({ env })).credentials).toMatchObject([{ username: 'jane' }])
  })

  test('an empty file has no login and is not an error', async () => {
    const env = { REGISTRY_AUTH_FILE: file('empty', '') }
    expect((await find({ env })).refusals).toMatchObject([{ reason: 'no-entry' }])
  })
})

describe('helpers', () => {
  const answers =
    (table: Record<string, string>): RunHelper =>
    async (program, input) => {
      const stdout = table[`${program} ${input}`]
      if (stdout === undefined) return ended(1, 'credentials not found in native keychain\n')
      return ended(0, stdout)
    }
  const secret = (Username: string) => JSON.stringify({ ServerURL: HUB, Username, Secret: CANARY })

  test("Docker Desktop's empty entry is resolved by its credsStore", async () => {
    file('.docker/config.json', { auths: { [HUB]: {} }, credsStore: 'desktop' })
    const runHelper = answers({ [`docker-credential-desktop ${HUB}`]: secret('jane') })
    const { credentials } = await find({ runHelper })
    expect(credentials).toMatchObject([
      { key: HUB, username: 'jane', origin: 'docker-credential-desktop (file ~/.docker/config.json)' },
    ])
    expect(credentials[0]?.password.reveal()).toBe(CANARY)
  })

  test('credHelpers come before credsStore, and an empty name there means the file', async () => {
    file('.docker/config.json', {
      auths: { 'quay.io': { auth: basic('from-file', 'x') } },
      credHelpers: { 'quay.io': '', '1.dkr.ecr.eu-west-1.amazonaws.com': 'ecr-login' },
      credsStore: 'pass',
    })
    const runHelper = answers({
      'docker-credential-ecr-login 1.dkr.ecr.eu-west-1.amazonaws.com': secret('AWS'),
      'docker-credential-pass ghcr.io': secret('jane'),
    })
    const registries = ['quay.io', '1.dkr.ecr.eu-west-1.amazonaws.com', 'ghcr.io']
    const wanted = registries.map(registry => ({ registry, repositories: [] }))
    const { credentials } = await find({ runHelper, wanted })
    expect(credentials.map(({ username, shortLived }) => [username, shortLived])).toEqual([
      ['AWS', true],
      ['jane', false],
      ['from-file', false],
    ])
  })

  test.each<[what: string, run: Awaited<ReturnType<RunHelper>>, reason: string, detail: string]>([
    ['is not installed', { type: 'missing' }, 'helper-missing', 'not on the PATH'],
    ['hangs', { type: 'timeout' }, 'helper-failed', 'in time'],
    ['has none', ended(1, 'credentials not found in native keychain\n'), 'helper-has-none', 'no login'],
    [
      'reports it in a message of its own',
      ended(1, 'not logged in\u001b[2J to gcloud\n'),
      'helper-failed',
      'failed: not logged in[2J to gcloud',
    ],
    ['fails and prints a secret', ended(1, secret('jane')), 'helper-failed', 'failed'],
    [
      'fails and prints a token at the end of the quoted message',
      ended(1, `${'w '.repeat(76)}eyJc4nary.eyJc4nary.c4nary`),
      'helper-failed',
      'w [redact',
    ],
    [
      'fails and prints its token',
      ended(1, 'refused access_token: C4nary-Token\n'),
      'helper-failed',
      'failed: refused access_token: [redacted]',
    ],
    ['prints nonsense', ended(0, CANARY), 'helper-failed', 'not JSON'],
    ['omits the secret', ended(0, '{"Username":"jane"}'), 'helper-failed', 'without'],
    ['answers null', ended(0, 'null'), 'helper-failed', 'without'],
    ['answers empty texts', ended(0, '{"Username":"","Secret":""}'), 'helper-has-none', 'no login'],
    ['holds an identity token', ended(0, secret('<token>')), 'identity-token', 'identity token'],
  ])('a helper that %s is a refusal with that reason', async (_what, run, reason, detail) => {
    file('.docker/config.json', { credsStore: 'x' })
    const found = await find({ runHelper: async () => run })
    expect(found.refusals).toMatchObject([{ reason, detail: expect.stringContaining(detail) }])
    expect(inspect(found, { depth: 9 })).not.toContain(CANARY)
  })

  test.each(['../evil', 'a b', 'x;id', 'a/b', '$(id)'])('a helper named %j is not run', async name => {
    file('.docker/config.json', { credsStore: name })
    const runHelper: RunHelper = () => Promise.reject(new Error('was run'))
    expect((await find({ runHelper })).refusals).toMatchObject([{ reason: 'helper-name' }])
  })

  test('many repositories of one registry ask the helper once', async () => {
    file('.docker/config.json', { credsStore: 'x' })
    let asked = 0
    const runHelper: RunHelper = async () => {
      asked += 1
      return ended(0, secret('jane'))
    }
    await find({ runHelper, wanted: [{ registry: 'quay.io', repositories: ['a/b', 'a/c', 'd/e'] }] })
    expect(asked).toBe(1)
  })
})

describe.skipIf(process.platform === 'win32')('a real helper program', () => {
  function program(script: string) {
    const path = file('bin/docker-credential-fake', `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
  }
  const run = (clock = systemClock, signal = new AbortController().signal) =>
    helperRunner({ PATH: `${join(home, 'bin')}:/usr/bin:/bin` }, home, { clock, signal })(
      'docker-credential-fake',
      'quay.io',
    )

  const answer = async () => {
    const result = await run()
    return result.type === 'ended' ? [result.exitCode, result.stdout.reveal()] : result
  }

  test('gets the verb as argument and the registry on standard input, nothing else', async () => {
    program('read -r url; echo "$1 $# $url"')
    expect(await answer()).toEqual([0, 'get 1 quay.io\n'])
  })

  test('that fails without reading its input is reported with its exit code and output', async () => {
    program('echo no; exit 3')
    expect(await answer()).toEqual([3, 'no\n'])
  })

  test('is stopped when it hangs, even if a child process holds the pipe', async () => {
    program('sleep 2 & wait')
    const clock = { ...systemClock, after: (_: number, call: () => void) => systemClock.after(0, call) }
    expect(await run(clock)).toEqual({ type: 'timeout' })
  })

  test('is stopped at Ctrl-C', async () => {
    program('sleep 2 & wait')
    const stop = new AbortController()
    const ended = run(systemClock, stop.signal)
    stop.abort('SIGINT')
    await expect(ended).rejects.toBe('SIGINT')
  })

  test('is stopped when it prints too much', async () => {
    program('yes')
    expect(await run()).toMatchObject({ type: 'failed' })
  })

  test('that is not installed is reported as missing', async () => {
    expect(await run()).toEqual({ type: 'missing' })
  })
})

describe('a helper is run only if a file names the registry', () => {
  const asked = async (config: object, registry: string) => {
    file('.docker/config.json', config)
    const questions: string[] = []
    const runHelper: RunHelper = async (_program, question) => {
      questions.push(question)
      const stdout = new Redacted(JSON.stringify({ Username: 'jane', Secret: CANARY }))
      return { type: 'ended', exitCode: 0, stdout }
    }
    await find({ wanted: [{ registry, repositories: [] }], onlyNamed: true, runHelper })
    return questions.length
  }

  test.each<[string, object, string, number]>([
    ['not for a foreign host', { credsStore: 'x' }, 'evil.example', 0],
    ['not for another port', { auths: { 'my.example:5000': {} }, credsStore: 'x' }, 'my.example', 0],
    ["with docker's empty entry", { auths: { 'my.example': {} }, credsStore: 'x' }, 'my.example', 1],
    ['with a helper for the registry', { credHelpers: { 'my.example': 'x' } }, 'my.example', 1],
    ['for Docker Hub, whose host is fixed', { credsStore: 'x' }, 'docker.io', 1],
  ])('%s', async (_what, config, registry, times) => {
    expect(await asked(config, registry)).toBe(times)
  })
})
