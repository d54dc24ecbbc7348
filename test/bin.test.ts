/** The npm package and bin/ as separate processes, including on unsupported Node versions. */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { cp, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSilentServer } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runCommandLine } from './commands/command-line.ts'
import { serveTls } from './kubernetes/api-server.ts'
import { folderWith, oneContext } from './kubernetes/kubeconfig/files.ts'
import { untilTestEnds } from './until-test-ends.ts'

const ROOT = resolve(import.meta.dirname, '..')
const BIN = join(ROOT, 'bin', 'pullguard.js')

interface Ended {
  /** The exit code, or the name of the signal. */
  code: number | string | null
  out: string
  err: string
}

/** Runs a file of bin/ with this Node; `meanwhile` receives the process directly after its start. */
function node(args: string[], meanwhile = (_child: ReturnType<typeof spawn>): void => {}): Promise<Ended> {
  // Windows needs SystemRoot to start any process.
  const env = { HOME: '/nowhere', USERPROFILE: '/nowhere', SystemRoot: process.env.SystemRoot }
  const child = spawn(process.execPath, args, { env })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', chunk => out.push(chunk))
  child.stderr.on('data', chunk => err.push(chunk))
  meanwhile(child)
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
  return new Promise(done =>
    child.once('close', (code, signal) => done({ code: code ?? signal, out: text(out), err: text(err) })),
  )
}

/** A Node that reports this version, which is all that bin/pullguard.js checks. */
const claiming = (version: string) => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
]

/**
 * Runs its arguments on a terminal of 80 columns, types Ctrl-C when the spinner is turning, and exits with their code: negative for a
 * signal.
 */
const ON_A_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
seen, typed = b'', False
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break
    if not more:
        break
    seen += more
    if not typed and b'Reading pods' in seen:
        typed = True
        os.write(terminal, b'\\x03')
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256 if typed else 99)
`

function hasPty(): boolean {
  return spawnSync('python3', ['-c', 'import pty, fcntl, os; os.waitstatus_to_exitcode']).status === 0
}

describe('bin/pullguard.js', () => {
  test.each(['20.20.2', '22.18.0'])('refuses Node %s in one line with a way out', async version => {
    expect(await node([...claiming(version), BIN, '--version'])).toEqual({
      code: 2,
      out: '',
      err: `pullguard needs Node 22.19 or newer; this is Node ${version}. Update Node (https://nodejs.org), or use pullguard's standalone executable, which needs none.\n`,
    })
  })

  test.each(['22.19.0', '24.0.0'])('accepts Node %s', async version => {
    expect(await node([...claiming(version), BIN, '--version'])).toEqual({
      code: 0,
      out: `${packageJson.version}\n`,
      err: '',
    })
  })

  test('requires the same Node as the package', () => {
    expect(packageJson.engines.node).toBe('>=22.19')
  })

  test('exits silently when its reader is gone', async () => {
    const images = Array.from({ length: 2000 }, (_, index) => `registry.example/team/image-${index}:1`)
    const ended = await node([BIN, 'image', ...images], child => child.stdout?.destroy())
    expect(ended).toEqual({ code: 0, out: '', err: '' })
  })

  describe.skipIf(process.platform === 'win32')('while a pipe is open that nobody writes to', () => {
    const silentPipe = async () => {
      const pipe = join(untilTestEnds(await folderWith({})).path, 'pipe')
      execFileSync('mkfifo', [pipe])
      return pipe
    }

    test('exits with 143', async () => {
      const pipe = await silentPipe()
      const ended = node([BIN, 'audit', '-f', pipe], async child => {
        // Opened as soon as the program reads it.
        const writer = await open(pipe, 'w')
        child.once('close', () => writer.close())
        child.kill('SIGTERM')
      })
      expect(await ended).toEqual({ code: 143, out: '', err: '' })
    })

    test.each([
      ['audit', '-f', 'none.yaml', '--baseline'],
      ['audit', '-f', 'none.yaml', '--config'],
      ['mirror', '--to', 'https://mirror.example.com', '--ca'],
    ])('a signal ends %s %s %s %s', async (...argv) => {
      const pipe = await silentPipe()
      const stop = new AbortController()
      const opened = open(pipe, 'w').finally(() => stop.abort('SIGTERM'))
      const ended = await runCommandLine([...argv, pipe], { home: '/nowhere', signal: stop.signal })
      expect(ended).toEqual({ code: 143, out: '', err: '' })
      await (await opened).close()
    })
  })

  test.skipIf(!hasPty())(
    'exits with 130 when Ctrl-C interrupts a spinner on a terminal, without being killed',
    async () => {
      // A list that stops halfway: the spinner turns and no more data arrives.
      const server = createServer((request, response) => {
        if (request.url?.includes('fieldSelector')) return
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(`{"kind":"Table","rows":[${'{"cells":["pod","1/1"]},'.repeat(1_001)}`)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const argv = [process.execPath, BIN, 'diagnose', '-A', '-s', url, '--token', 'x']
        const child = spawn('python3', ['-c', ON_A_TERMINAL, ...argv], {
          env: { PATH: process.env.PATH, TERM: 'xterm', HOME: '/nowhere' },
        })
        const [code] = await once(child, 'close')
        expect(code).toBe(130)
      } finally {
        server.closeAllConnections()
        server.close()
      }
    },
  )

  test('does not wait for a pending connection after Ctrl-C', { timeout: 8000 }, async () => {
    // Accepts the connection and never sends anything, like a firewall.
    const server = createSilentServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
      const ended = await node([BIN, 'diagnose', '-s', url, '--insecure-skip-tls-verify'], child =>
        server.once('connection', () => child.kill('SIGINT')),
      )
      expect(ended).toEqual({ code: process.platform === 'win32' ? 'SIGINT' : 130, out: '', err: '' })
    } finally {
      server.close()
    }
  })

  test('reports an unhandled error in one line, without the text it quotes', async () => {
    const bug = `throw Object.assign(new Error('sent Bearer c4nary-T0ken'), { headers: 'c4nary-T0ken' })`
    const provoked = `process.on('newListener', name => name === 'uncaughtException' && setImmediate(() => { ${bug} }))`
    const { code, out, err } = await node([
      '--import',
      `data:text/javascript,${encodeURIComponent(provoked)}`,
      BIN,
      'image',
      '-',
    ])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^pullguard has a bug, please report it: sent Bearer \[redacted\] \(at .*\)\n$/)
  })

  test.skipIf(process.platform === 'win32')(
    'is not held up by a login program that does not exit',
    async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      // The program lives as long as its request is open, and ignores signals.
      const stubborn = `process.on('SIGTERM', () => {}); require('node:http').get('${url}').on('error', () => process.exit())`
      const exec = {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', stubborn],
      }
      const home = untilTestEnds(
        await folderWith({
          config: oneContext('here', { server: 'https://127.0.0.1' }, { exec }),
        }),
      )
      try {
        const ended = await node([BIN, 'diagnose', '--kubeconfig', join(home.path, 'config')], child =>
          server.once('request', () => child.kill('SIGTERM')),
        )
        expect(ended).toEqual({ code: 143, out: '', err: '' })
      } finally {
        server.closeAllConnections()
        server.close()
      }
    },
  )
})

test('bin/kubectl-pullguard.js is the same program under the name that kubectl uses', async () => {
  const { code, out } = await node([join(ROOT, 'bin', 'kubectl-pullguard.js'), 'diagnose', '--help'])
  expect(code).toBe(0)
  expect(out).toContain('Usage: kubectl pullguard diagnose [options]')
  expect(out).toContain('  kubectl pullguard diagnose -A')
})

test('bin/kubectl_complete-pullguard.js passes its words to __complete', async () => {
  const words = ['diagnose', '-n', '']
  const asked = await node([join(ROOT, 'bin', 'kubectl_complete-pullguard.js'), ...words])
  expect(asked).toEqual(await runCommandLine(['__complete', ...words], { home: '/nowhere' }))
  expect(asked).toMatchObject({ code: 0, out: expect.stringMatching(/\S/) })
})

describe('the package', () => {
  test('has its three commands as executable files', () => {
    expect(Object.keys(packageJson.bin).sort()).toEqual([
      'kubectl-pullguard',
      'kubectl_complete-pullguard',
      'pullguard',
    ])
    for (const file of Object.values(packageJson.bin)) {
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
      // Windows has no such bit.
      if (process.platform !== 'win32') expect(statSync(join(ROOT, file)).mode & 0o111).toBe(0o111)
    }
  })

  test('is complete after npm ci alone: bin/ finds everything it loads', () => {
    expect(packageJson.scripts.prepare).toBe('npm run build')
    const loaded = /import\('\.\.\/(dist\/[^']+)'\)/.exec(readFileSync(BIN, 'utf8'))?.[1] ?? ''
    expect(existsSync(join(ROOT, loaded))).toBe(true)
  })

  test('contains the license text of every bundled package', () => {
    const bundled = new Set<string>()
    for (const file of readdirSync(join(ROOT, 'dist')).filter(name => name.endsWith('.js'))) {
      const text = readFileSync(join(ROOT, 'dist', file), 'utf8')
      for (const [, name = ''] of text.matchAll(
        /^\s*\/\/ (?:[\w-]+:)?.*node_modules\/((?:@[^/]+\/)?[^/\s]+)\//gm,
      ))
        bundled.add(name)
    }
    expect(bundled.size).toBeGreaterThan(20)
    const licenses = readFileSync(join(ROOT, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8').split(
      `\n${'-'.repeat(80)}\n`,
    )
    const textOf = (name: string) => licenses.find(part => part.trim().startsWith(`${name} `)) ?? ''
    const lacking = [...bundled].filter(name => !/copyright|permission|licensed under/i.test(textOf(name)))
    expect(lacking).toEqual([])
  })

  test('contains what a user needs, and no tests or sources', async () => {
    const files = (await packed()).map(({ path }) => path)
    const needed = [
      'README.md',
      'LICENSE',
      'SECURITY.md',
      'dist/THIRD-PARTY-LICENSES.txt',
      'man/pullguard.1',
      'package.json',
      'schema/v1.json',
      'rbac/diagnose.yaml',
      'rbac/fix.yaml',
      'rbac/quota.yaml',
      'rbac/quota-from-node.yaml',
      'rbac/mirror.yaml',
    ]
    expect(files).toEqual(
      expect.arrayContaining([...needed, ...Object.values(packageJson.bin), 'dist/pullguard.js']),
    )
    expect(files.filter(file => !/^(?:bin|dist|man|schema|rbac)\//.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
    ])
  })

  test('runs without any other package, including rarely used logins', async () => {
    expect(packageJson).not.toHaveProperty('dependencies')
    const folder = untilTestEnds(await folderWith({}))
    const files = await packed()
    for (const { path } of files) await cp(join(ROOT, path), join(folder.path, path))
    const server = untilTestEnds(await serveTls(() => ({ status: 403 })))
    const cluster = { server: server.url, 'certificate-authority-data': base64(server.ca) }
    const config = { 'id-token': `${base64('{}')}.${base64('{"exp":4000000000}')}.c2ln` }
    const kubeconfig = oneContext('here', cluster, { 'auth-provider': { name: 'oidc', config } })
    await writeFile(join(folder.path, 'config'), JSON.stringify(kubeconfig))

    const installed = join(folder.path, packageJson.bin.pullguard)
    await node([installed, 'diagnose', '--kubeconfig', join(folder.path, 'config')])
    expect(server.seen[0]?.headers.authorization).toEqual([`Bearer ${config['id-token']}`])
  })

  test('is as small as the README says', async () => {
    const [, megabytes] = /under (\d+) MB unpacked/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
    const files = await packed()
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(Number(megabytes) * 1_000_000)
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

type Packed = { path: string; size: number }[]
let listed: Promise<Packed> | undefined

/** The files that npm packs, requested once. */
function packed(): Promise<Packed> {
  listed ??= askNpm()
  return listed
}

/** Some npm versions print a list, later ones an object by package name. */
async function askNpm(): Promise<Packed> {
  // Without scripts, because files that other tests use must not be rebuilt during the run.
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    shell: process.platform === 'win32',
  })
  return Object.values(JSON.parse(stdout) as Record<string, { files: Packed }>)[0]?.files ?? []
}
