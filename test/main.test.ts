/** From argv to exit code: the table of exit codes, fatal errors, help on a narrow screen, and unplanned exits. */
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { catchSignals, homeFolder } from '../src/main.ts'
import { runCommandLine } from './commands/command-line.ts'
import { schemaErrors } from './report/published-schema.ts'

const home = mkdtempSync(join(tmpdir(), 'pullguard-main-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'web', name: 'shop-0' } }
const HEALTHY = JSON.stringify({ ...POD, spec: { nodeName: 'n' }, status: { phase: 'Running' } })
writeFileSync(join(home, 'healthy.json'), HEALTHY)

const run = (argv: string[], place = {}) => runCommandLine(argv, { home, ...place })
const COMMANDS = [
  'diagnose',
  'why',
  'image',
  'wait',
  'quota',
  'mirror',
  'audit',
  'fix',
  'undo',
  'explain',
  'completion',
  'version',
  'demo',
]

describe('exit codes', () => {
  test.each<[number, string, string[]]>([
    [0, 'a good image name', ['image', 'nginx']],
    [0, 'a dump without a failing pull', ['diagnose', '-f', 'healthy.json']],
    [1, 'a bad image name', ['image', 'Nginx']],
    [2, 'an unknown flag', ['diagnose', '--nope']],
    [2, 'no kubeconfig', ['diagnose']],
    [3, 'a namespace that the dump does not hold', ['diagnose', '-f', 'healthy.json', '-n', 'other']],
    [4, 'a server that is not running', ['diagnose', '-s', 'https://127.0.0.1:1', '--token', 'x']],
  ])('%i for %s', async (code, _name, argv) => {
    expect((await run(argv)).code).toBe(code)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s exits with %i and prints nothing', async (name, code) => {
    const stop = new AbortController()
    const stdin = new PassThrough()
    // A reader that waits for more of the dump has begun to read it.
    stdin.on('newListener', event => event === 'end' && queueMicrotask(() => stop.abort(name)))
    stdin.write('{ "apiVersion": "v1", "kind": "List", "items": [')
    const ended = await run(['diagnose', '-f', '-'], { stdin, signal: stop.signal })
    expect(ended).toEqual({ code, out: '', err: '' })
  })
})

describe('fatal errors', () => {
  test.each<[string[], string]>([
    [['diagnos'], "Unknown command 'diagnos' (did you mean diagnose?). See `pullguard --help`.\n"],
    [
      ['diagnose', '--selecter', 'a=b'],
      "Unknown option '--selecter' (did you mean --selector?). See `pullguard diagnose --help`.\n",
    ],
    [['help', 'fixx'], "Unknown command 'fixx' (did you mean fix?). See `pullguard --help`.\n"],
    [['help', 'nope'], "Unknown command 'nope'. See `pullguard --help`.\n"],
    [['--'], 'No command is given. See `pullguard --help`.\n'],
    [['image'], "Missing required argument 'reference'. See `pullguard image --help`.\n"],
    [
      ['fix', '--affected', 'deploy/web'],
      "deploy/web can't be combined with --affected, which is about whole namespaces.\n",
    ],
  ])('for %j are one sentence', async (argv, err) => {
    expect(await run(argv)).toEqual({ code: 2, out: '', err })
  })

  test('caused by a bug ask for a report, in one line without control characters and tokens', async () => {
    const now = () => {
      throw new TypeError('broken\u001b[2J: sent Authorization: Bearer C4nary-Token')
    }
    const result = await run(['diagnose', '-f', 'healthy.json'], { now })
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).toMatch(
      /^pullguard has a bug, please report it: broken\\u001b\[2J: sent Authorization: Bearer \[redacted\] \(at .*\)\.?\n$/,
    )
  })

  test('from a hostile server are one harmless line each', async () => {
    const message = 'bad\n::error::pwned\n##[command]x\u001b[2J\u202e'
    const server = createServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json', warning: '299 - "\u009b2J ::error::x"' })
      response.end(
        JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 400, message }),
      )
    }).listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const result = await run(['diagnose', '-A', '-s', url, '--token', 'x'])
      expect(result).toMatchObject({ code: 4, out: '' })
      const [warning, sentence] = result.err.split('\n')
      expect(warning).toMatch(/^Warning: \\u009b2J ::error::x$/)
      expect(sentence).toMatch(
        /^The request to the API server failed: bad ⏎ ::error::pwned ⏎ # #\[command\]x\\u001b/,
      )
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('from a hostile kubeconfig contain no command for a CI runner', async () => {
    const config = { apiVersion: 'v1', kind: 'Config', contexts: [{ name: 'a\n::error::x', context: {} }] }
    writeFileSync(join(home, 'hostile.yaml'), JSON.stringify(config))
    const result = await run(['diagnose', '--kubeconfig', 'hostile.yaml', '--context', 'nope'])
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).not.toMatch(/^\s*::/m)
  })

  test('name the program as it was called', async () => {
    expect((await run(['nope'], { program: 'kubectl pullguard' })).err).toContain(
      '`kubectl pullguard --help`',
    )
  })
})

describe('help', () => {
  test.each([[], ...COMMANDS.map(name => [name])])('for pullguard %s fits 80 columns', async (...command) => {
    const { code, out, err } = await run([...command, '--help'], { columns: 80 })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(new RegExp(`^Usage: pullguard ${command.join(' ')}`))
    expect(out.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test.each([...COMMANDS, 'options'])(
    'for %s fits one screen of 40 lines, its own flags only',
    async command => {
      const { out } = await run([command, '--help'], { columns: 80 })
      expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
      if (command !== 'options') expect(out).not.toMatch(/^ +(-s, )?--(server|kubeconfig|no-color)/m)
    },
  )

  test('without a command is that of the program', async () => {
    expect(await run(['help'])).toEqual(await run(['--help']))
  })

  test('has the flags of connections under options, for every command that takes them', async () => {
    const { out, code } = await run(['options'], { columns: 80 })
    expect(code).toBe(0)
    for (const flag of [
      '--context',
      '--kubeconfig',
      '--client-certificate',
      '--request-timeout',
      '--no-color',
    ])
      expect(out).toMatch(new RegExp(`^ +${flag}`, 'm'))
    for (const command of ['diagnose', 'why', 'fix', 'undo'])
      expect((await run([command, '--help'])).out).toContain('pullguard options')
  })

  test('names every environment variable that the program reads', async () => {
    const { out } = await run(['help', 'environment'], { columns: 80 })
    const src = resolve(import.meta.dirname, '../src')
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      file => file.endsWith('.ts') && !file.startsWith('simulator'),
    )
    const read = files.flatMap(file =>
      [
        ...readFileSync(join(src, file), 'utf8').matchAll(/\benv\.([A-Z][A-Z_]+)|\bsetting\(env, '(\w+)'/g),
      ].map(([, name, named]) => name ?? named ?? ''),
    )
    expect(read.length).toBeGreaterThan(10)
    expect([...new Set(read)].filter(name => !out.includes(name))).toEqual([])
    expect(out.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test('lists every command, and is shown without a command', async () => {
    const { code, out } = await run([])
    expect(code).toBe(0)
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  test.each(COMMANDS)('for %s mentions kubectl pullguard if called that way', async command => {
    const { out } = await run([command, '--help'], { program: 'kubectl pullguard', columns: 80 })
    expect(out).toContain(`Usage: kubectl pullguard ${command}`)
    expect(out.replaceAll('kubectl pullguard', '')).not.toMatch(/^ *pullguard [a-z]/m)
    expect(out.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test("the version is the package's", async () => {
    const { version } = packageJson
    expect((await run(['version'])).out).toMatch(
      new RegExp(`^pullguard ${version} \\(Node [\\d.]+, \\w+/\\w+\\)\\n$`),
    )
    const document = JSON.parse((await run(['version', '-o', 'json'])).out)
    expect(document).toMatchObject({ kind: 'Version', version })
    expect(schemaErrors(document)).toEqual([])
    expect((await run(['version', '-o', 'name'])).out).toBe(`${version}\n`)

    expect(await run(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' })
  })
})

const failing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) })

test.each([
  ['output', 'stdout', ['image', 'nginx']],
  ['error', 'stderr', ['nope']],
])(
  'a full disk behind standard %s is a usage error, whatever could still be printed',
  async (_name, which, argv) => {
    expect((await run(argv, { [which]: failing('ENOSPC') })).code).toBe(2)
  },
)

test('a reader that is gone neither changes the exit code nor causes a message', async () => {
  const ended = await run(['image', 'nginx', 'Nginx'], { stdout: failing('EPIPE') })
  expect(ended).toEqual({ code: 1, out: '', err: '' })
})

const unknown = () => {
  throw new Error('uv_os_homedir returned ENOENT')
}

test.each([
  ['HOME', [() => '/home/jane', () => '/root'], '/home/jane'],
  ["the system's folder of the user, if HOME is empty", [() => '', () => '/root'], '/root'],
  ["the system's folder of the user, if HOME is relative", [() => 'tmp', () => '/root'], '/root'],
  ['the root folder, if the system does not know the user', [unknown, unknown], '/'],
])('the home folder is %s', (_name, ask, home) => {
  expect(homeFolder(ask)).toBe(home)
})

test('an error is wrapped on a terminal and on one line in a pipe', async () => {
  const errorOn = async (terminal: object) =>
    (
      await run(['diagnose', '--kubeconfig', 'nosuch'], {
        stderr: Object.assign(new PassThrough(), terminal),
      })
    ).err
  expect(await errorOn({})).toBe("Kubeconfig nosuch (from --kubeconfig) doesn't exist.\n")
  const wrapped = await errorOn({ isTTY: true, columns: 30 })
  expect(wrapped).toBe("Kubeconfig nosuch (from\n--kubeconfig) doesn't exist.\n")
})

test("a signal asks once and then ends the program, and its listener stays for the spinner's cleanup to see", () => {
  const ended: unknown[] = []
  const emitter = Object.assign(new EventEmitter(), {
    pid: 7,
    kill: (pid: number, name: string) => void ended.push([pid, name, emitter.listenerCount(name)]),
    exit: (code: unknown) => void ended.push(code),
  })
  const stop = new AbortController()
  catchSignals(emitter as never, stop)
  emitter.emit('SIGINT')
  expect([stop.signal.reason, ended, emitter.listenerCount('SIGINT')]).toEqual(['SIGINT', [], 1])
  emitter.emit('SIGTERM')
  expect(ended).toEqual([[7, 'SIGTERM', 0], 143])
})
