/** `quota` on the command line: each kind of answer from Docker Hub in each format, no pull used up, and no password printed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serve } from '../registry/loopback.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { runCommandLine } from './command-line.ts'
import { MACHINE, type QuotaScene, startScene, TEAM } from './quota-scene.ts'

const HUB_KEY = 'https://index.docker.io/v1/'

let scene: QuotaScene

beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene.close())

interface Asked {
  type: string
  username: string | null
  origins: string[]
  status: string
  [field: string]: unknown
}

async function quotasOf(...argv: string[]): Promise<{ code: number; complete: boolean; quotas: Asked[] }> {
  const { code, out, err } = await scene.run('quota', ...argv, '-o', 'json')
  expect(`${out}${err}`).not.toContain('canary')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  return { code, ...document }
}

/** Returns the endpoint flag for a registry that answers in place of Docker Hub. */
async function answering(headers: Record<string, string>, status = 200): Promise<string> {
  const hub = await serve(() => ({ status, headers }))
  return `docker.io=${hub.origin}`
}

describe('which identities are asked for', () => {
  test("this machine's address, its login, and each login in the pull secrets of the namespace, once", async () => {
    await scene.login('jane', MACHINE)
    scene.secret('default', 'one', { [HUB_KEY]: ['team', TEAM] })
    scene.secret('default', 'two', { 'docker.io': ['team', TEAM] })
    scene.secret('default', 'quay', { 'quay.io': ['team', TEAM] })
    scene.secret('kube-system', 'elsewhere', { [HUB_KEY]: ['jane', 'other'] })
    const { code, complete, quotas } = await quotasOf()
    expect({ code, complete }).toEqual({ code: 0, complete: true })
    expect(quotas.map(({ type, username, origins, status }) => [type, username, origins, status])).toEqual([
      ['anonymous', null, [], 'limited'],
      ['login', 'jane', [expect.stringContaining('config.json')], 'limited'],
      ['login', 'team', ['secret default/one', 'secret default/two'], 'unlimited'],
    ])
    expect(scene.simulator.hub.pulls).toEqual([])
    expect(scene.simulator.hub.requests.filter(({ path }) => path.startsWith('/v2/')).length).toBe(6)
  })

  test('-A asks for the logins of every namespace, --local for none of the cluster', async () => {
    scene.secret('kube-system', 'elsewhere', { [HUB_KEY]: ['jane', MACHINE] })
    expect((await quotasOf('-A')).quotas).toHaveLength(2)
    expect((await quotasOf('--local')).quotas).toHaveLength(1)
  })

  test('an account is named only where there are several', async () => {
    await scene.login('jane', MACHINE)
    expect((await quotasOf()).quotas.map(({ username }) => username)).toEqual([null, null])
    expect((await scene.run('quota')).out).not.toContain('jane')
  })

  test("only Secrets of the pull secrets' types are asked for", async () => {
    await scene.run('quota')
    const asked = scene.simulator.requests.filter(({ path }) => path.endsWith('/secrets'))
    expect(asked.map(({ query }) => /type%3Dkubernetes\.io%2Fdockerc/.test(query))).toEqual([true, true])
  })

  test("Secrets that can't be listed are a gap and exit code 3", async () => {
    const { code, complete } = await quotasOf(...(await scene.as('viewer')))
    expect({ code, complete }).toEqual({ code: 3, complete: false })
    const { out } = await scene.run('quota', ...(await scene.as('viewer')))
    expect(out).toContain('All those listed have pulls left.')
  })

  test('a namespace that does not exist is a usage error', async () => {
    const { code, err } = await scene.run('quota', '-n', 'nowhere')
    expect(code).toBe(2)
    expect(err).toContain('nowhere')
  })
})

describe('what Docker Hub answers', () => {
  test('a wrong password is a finding', async () => {
    scene.secret('default', 'wrong', { [HUB_KEY]: ['jane', 'canary-wrong'] })
    const { code, quotas } = await quotasOf()
    expect(code).toBe(1)
    expect(quotas[1]).toMatchObject({ status: 'wrong-credential', origins: ['secret default/wrong'] })
  })

  test('none left is a finding, and fewer than --fail-under', async () => {
    scene.simulator.hub.exhaust('127.0.0.1', 40)
    expect((await quotasOf('--fail-under', '40')).code).toBe(0)
    expect((await quotasOf('--fail-under', '41')).code).toBe(1)
    scene.simulator.hub.exhaust('127.0.0.1')
    expect((await quotasOf()).code).toBe(1)
    expect((await quotasOf('--fail-under', '0')).code).toBe(0)
    expect((await scene.run('quota', '--fail-under', '0')).out).toContain('No pulls left: anonymous.')
  })

  test('429 means none left, and is not tried again', async () => {
    scene.simulator.hub.trouble = 'abuse'
    const { code, quotas } = await quotasOf()
    expect({ code, status: quotas[0]?.status }).toEqual({ code: 1, status: 'rate-limited' })
    const asked = scene.simulator.hub.requests.filter(({ path }) => path.startsWith('/v2/'))
    expect(asked.filter(({ status }) => status === 429)).toHaveLength(1)
  })

  test.each<[headers: Record<string, string>, quota: object, code: number]>([
    // A cache in place of Docker Hub.
    [{}, { status: 'unknown', why: 'no-quota-there' }, 3],
    [
      { 'ratelimit-limit': '100;w=3600', 'ratelimit-remaining': '9;w=3600' },
      { status: 'limited', limit: 100, remaining: 9, windowSeconds: 3600 },
      0,
    ],
    [{ 'ratelimit-limit': '100;w=21600' }, { status: 'limited', remaining: null }, 3],
    [{ 'ratelimit-limit': 'lots' }, { status: 'unknown', why: 'server-error' }, 3],
    [{ 'content-type': 'text/html' }, { status: 'unknown', why: 'server-error' }, 3],
  ])('%j', async (headers, quota, code) => {
    const answer = await quotasOf('--local', '--registry-endpoint', await answering(headers))
    expect(answer.quotas[0]).toMatchObject(quota)
    expect(answer.code).toBe(code)
  })

  test('what reports no quota at all says nothing about the limit of a login either', async () => {
    await scene.login('jane', MACHINE)
    const { code, quotas } = await quotasOf('--local', '--registry-endpoint', await answering({}))
    expect({ code, whys: quotas.map(({ why }) => why) }).toEqual({
      code: 3,
      whys: ['no-quota-there', 'no-quota-there'],
    })
  })

  test('no network is exit code 4 and one sentence', async () => {
    const { code, out, err } = await scene.run(
      'quota',
      '--local',
      '--registry-endpoint',
      'docker.io=http://127.0.0.1:1',
    )
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(err).toBe(
      "Docker Hub can't be reached from this machine (127.0.0.1:1: ECONNREFUSED): check its network, DNS, and proxy.\n",
    )
  })

  test('without a network, metrics still say that Docker Hub is down, and the usage is still shown', async () => {
    const down = ['quota', '--registry-endpoint', 'docker.io=http://127.0.0.1:1']
    const metrics = await scene.run(...down, '--local', '-o', 'prometheus')
    expect(metrics.code).toBe(4)
    expect(metrics.out).toContain('pullguard_docker_hub_up{identity="anonymous"} 0\n')
    const usage = await scene.run(...down, '--usage')
    expect(usage.code).toBe(4)
    expect(usage.out).toContain('Expected pulls in the next 6 hours, by workload')
    const { out } = await scene.run(...down, '--usage', '-o', 'json')
    expect(schemaErrors(JSON.parse(out))).toEqual([])
  })

  test('a login is not called accepted by a 429, which can come before it is looked at', async () => {
    await scene.login('jane', MACHINE)
    const endpoint = await answering({}, 429)
    const { out } = await scene.run('quota', '--registry-endpoint', endpoint, '-o', 'prometheus')
    expect(out).toContain('pulls_remaining{identity="login"')
    expect(out).not.toContain('login_accepted')
  })

  test('where none are left, the next question is who pulls, in the namespaces that were looked at', async () => {
    scene.simulator.hub.exhaust('127.0.0.1')
    expect((await scene.run('quota', '-n', 'kube-system')).out).toMatch(
      /To see who pulls: pullguard quota -n kube-system --usage.*\n$/,
    )
    expect((await scene.run('quota', '-A')).out).toContain('pullguard quota --all-namespaces --usage')
    expect((await scene.run('quota', '--local')).out).not.toContain('Who pulls')
  })

  test('without a cluster the remedy is --local, for a bad namespace it is not', async () => {
    scene.env.KUBECONFIG = '/nowhere'
    const none = await scene.run('quota')
    expect(none.code).toBe(2)
    expect(none.err).toContain('To ask without a cluster, add --local.\n')
    expect((await scene.run('quota', '--usage')).err).not.toContain('--local')
    expect((await scene.run('quota', '--local')).code).toBe(0)
    const down = await scene.run('quota', '--server', 'https://127.0.0.1:1')
    expect(down.code).toBe(4)
    expect(down.err).toContain('To ask without a cluster, add --local.\n')
  })

  test("a source is shown only on request, and an IPv6 range is never called anybody's own", async () => {
    const endpoint = await answering({
      'ratelimit-limit': '100;w=21600',
      'ratelimit-remaining': '9;w=21600',
      'docker-ratelimit-source': '2a01:7e00::',
    })
    const argv = ['quota', '--local', '--registry-endpoint', endpoint]
    for (const format of ['table', 'json', 'yaml', 'markdown', 'prometheus'])
      expect((await scene.run(...argv, '-o', format)).out).not.toContain('2a01')
    const { out } = await scene.run(...argv, '--show-source')
    expect(out).toContain('2a01:7e00::')
    expect(out).toContain('others may share')
    expect(out).not.toMatch(/your|\/64/)
  })
})

describe('every login with its pulls', () => {
  beforeEach(async () => {
    scene.simulator.hub.exhaust('127.0.0.1', 40)
    await scene.login('jane', MACHINE)
    scene.secret('default', 'dockercreds', { [HUB_KEY]: ['ev"il\n# HELP x', 'canary-hostile'] })
  })

  test.each(['table', 'json', 'yaml', 'markdown', 'prometheus'])(
    'is printed as %s, without control characters or secrets',
    async format => {
      const { out } = await scene.run('quota', '-o', format)
      expect(out).not.toContain('canary')
      expect(out).not.toContain('\u001b')
      expect(out.replaceAll(scene.home, '~')).toMatchSnapshot()
    },
  )

  test('a terminal gets a bar for each', async () => {
    const { out } = await scene.onTerminal('quota', '--local')
    expect(out).toContain('████████░░░░░░░░░░░░')
    const narrow = (await scene.onNarrowTerminal('quota', '--local')).out
    expect(narrow).toMatch(/^ {2}anonymous\n {4}█+░+ +[\d]+ of/m)
  })
})

describe('--watch', () => {
  test('asks for each identity once a minute, until it is ended', async () => {
    const ending = new AbortController()
    const { clock } = scene.simulator
    let pauses = 0
    const argv = ['quota', '--local', '--watch', '-o', 'json']
    const { code, out } = await runCommandLine(argv, {
      home: scene.home,
      env: scene.env,
      signal: ending.signal,
      clock: {
        ...clock,
        async sleep(milliseconds, signal) {
          pauses += 1
          expect(milliseconds).toBe(60_000)
          if (pauses === 1) scene.simulator.hub.exhaust('127.0.0.1', 7)
          if (pauses === 3) ending.abort('SIGINT')
          await clock.sleep(milliseconds, signal)
        },
      },
    })
    expect(code).toBe(130)
    expect([...out.matchAll(/"remaining":(\d+)/g)].map(([, left]) => left)).toEqual(['100', '7', '7'])
  })

  test('ends with the verdict once nobody reads it', async () => {
    const place = { home: scene.home, env: scene.env, isUnread: true }
    const { code } = await runCommandLine(['quota', '--local', '--watch', '--fail-under', '500'], place)
    expect(code).toBe(1)
  })

  test('does not go with formats of one document, nor --usage or -A with --local', async () => {
    expect((await scene.run('quota', '-A', '--local')).code).toBe(2)
    expect((await scene.run('quota', '--watch', '-o', 'prometheus')).code).toBe(2)
    expect((await scene.run('quota', '--usage', '--local')).code).toBe(2)
  })
})
