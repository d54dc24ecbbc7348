/** The standalone executable from its archive, without Node on the PATH, does what the bundle does under Node. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { archiveName, nativeTarget } from '../../scripts/release/targets.mjs'
import { articleScenario } from '../../src/simulator/scenario.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { serveTls } from '../kubernetes/api-server.ts'
import { folderWith, oneContext } from '../kubernetes/kubeconfig/files.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const target = nativeTarget()
if (target === undefined) throw new Error('There is no executable for this machine.')

const folder = mkdtempSync(join(tmpdir(), 'pullguard-executable-'))
const program = join(folder, target.executable)
let simulator: Simulator

beforeAll(async () => {
  // bsdtar, which Windows and macOS have, reads .zip as well.
  const archive = join(ROOT, 'release', archiveName(target, packageJson.version))
  await promisify(execFile)('tar', ['-xf', archive, '-C', folder])
  simulator = await startSimulator({ scenario: articleScenario })
  writeFileSync(join(folder, 'config'), simulator.kubeconfig)
})
afterAll(async () => {
  await simulator?.close()
  rmSync(folder, { recursive: true })
})

/** Runs it without a Node on the PATH. */
async function run(args: string[], { file = program, ...env }: Record<string, string> = {}) {
  const options = {
    env: { PATH: folder, HOME: folder, USERPROFILE: folder, SystemRoot: process.env.SystemRoot, ...env },
  }
  return promisify(execFile)(file, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  )
}

describe('the standalone executable', () => {
  test('is of this version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' })
  })

  test('ignores what NODE_OPTIONS says to Node', async () => {
    expect(await run(['--version'], { NODE_OPTIONS: '--require /nonexistent' })).toMatchObject({
      code: 0,
      err: '',
    })
  })

  test('diagnoses a dump', async () => {
    const dump = join(ROOT, 'test/cases/anonymous-limit/input.yaml')
    const { code, out } = await run(['diagnose', '-f', dump, '-o', 'json'])
    expect(code).toBe(1)
    expect(JSON.parse(out).findings[0].cause).toBe('rate-limited')
  })

  test('reads a cluster, and tries a fix on it', async () => {
    const env = {
      KUBECONFIG: join(folder, 'config'),
      XDG_STATE_HOME: join(folder, 'state'),
      DOCKER_AUTH_CONFIG: articleScenario.dockerConfig,
      PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints,
    }
    const { code, out } = await run(['diagnose', '-A'], env)
    expect(code).toBe(1)
    expect(out).toContain('rate-limited')
    const fix = await run(['fix', '-A', '--affected', '--dry-run=server', '-o', 'json'], env)
    expect(fix.code).toBe(0)
    expect(JSON.parse(fix.out).outcomes.length).toBeGreaterThan(3)
  })

  test('runs a login program of the kubeconfig', async () => {
    await using server = await serveTls(() => ({ status: 403 }))
    const said = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-the-plugin' },
    })
    await using home = await folderWith({ 'said.json': said })
    const file = join(home.path, 'said.json')
    const [command, args] =
      process.platform === 'win32'
        ? [join(process.env.SystemRoot ?? '', 'System32', 'cmd.exe'), ['/c', 'type', file]]
        : ['/bin/cat', [file]]
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' }
    writeFileSync(join(home.path, 'config'), JSON.stringify(oneContext('here', clusterOf(server), { exec })))
    await run(['diagnose', '--kubeconfig', join(home.path, 'config')])
    expect(server.seen[0]?.headers.authorization).toEqual(['Bearer from-the-plugin'])
  })

  test('logs in with a legacy auth provider, and fails in one line if that is impossible', async () => {
    await using server = await serveTls(() => ({ status: 403 }))
    const token = `${base64('{}')}.${base64('{"exp":4000000000}')}.c2ln`
    const ended = await Promise.all(
      [token, 'a.%.c'].map(async idToken => {
        const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': idToken } } }
        await using home = await folderWith({ config: oneContext('here', clusterOf(server), user) })
        return await run(['diagnose', '--kubeconfig', join(home.path, 'config')])
      }),
    )
    expect(server.seen[0]?.headers.authorization).toEqual([`Bearer ${token}`])
    expect(ended[1]).toMatchObject({ code: 4, out: '' })
    expect(ended[1]?.err).toMatch(/^The kubeconfig's auth-provider oidc returned no token \(.*\n$/)
  })

  test.skipIf(process.platform === 'win32')('works under the names that kubectl uses', async () => {
    for (const name of ['kubectl-pullguard', 'kubectl_complete-pullguard'])
      symlinkSync(program, join(folder, name))
    const { out } = await run(['diagnose', '--help'], { file: join(folder, 'kubectl-pullguard') })
    expect(out).toContain('Usage: kubectl pullguard diagnose [options]')
    expect(await run(['fix', '--'], { file: join(folder, 'kubectl_complete-pullguard') })).toEqual(
      await run(['__complete', 'fix', '--']),
    )
  })

  test('comes with the licenses of everything in it', () => {
    const licenses = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(licenses('LICENSE')).toContain('Apache License')
    expect(licenses('NODE-LICENSE.txt')).toContain('V8')
    expect(licenses('THIRD-PARTY-LICENSES.txt')).toContain('undici')
  })
})

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function clusterOf({ url, ca }: { url: string; ca: string }) {
  return { server: url, 'certificate-authority-data': base64(ca) }
}
