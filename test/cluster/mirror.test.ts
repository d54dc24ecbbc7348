/**
 * A real pull-through cache between a real kubelet and Docker Hub: what `mirror --to` prints is put in place as it is, except for the address of
 * Docker Hub, which on this node is the project's own. Needs CNCF distribution as `registry` or `docker-registry`, and the node's hosts.toml beside its kubeconfig.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { MANIFEST_TYPES } from '../../src/registry/repository.ts'
import { podObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-the-cache'
const PORT = 15_100
const SILENT_PORT = 15_101
const LIMITED_PORT = 15_102
const HOSTS = join(dirname(process.env.KUBECONFIG ?? ''), 'certs.d', 'docker.io', 'hosts.toml')
/** Distribution 3, or Debian's older one. */
const PROGRAM = ['registry', 'docker-registry'].find(name => spawnSync(name, ['--version']).status === 0)
/** The node has no image of an earlier run below it. */
const FOLDER = `mirrored-${randomBytes(3).toString('hex')}`
const address = Object.values(networkInterfaces())
  .flat()
  .find(each => each?.family === 'IPv4' && !each.internal)?.address
const possible = existsSync(HOSTS) && address !== undefined && PROGRAM !== undefined

describe.skipIf(!possible)('a mirror on a real node', () => {
  let cluster: RealCluster
  let namespace: string
  let before: string
  let folder: string
  let cache: ChildProcess | null = null
  const url = `http://${address}:${PORT}`

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pullguard-mirror-'))
    before = readFileSync(HOSTS, 'utf8')
    cluster = await RealCluster.open()
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    for (const name of ['through', 'fallback', 'silent', 'upstream', 'limited'])
      cluster.addImage(`${FOLDER}/${name}`, ['1'])
    cluster.hub.exhaust('127.0.0.1')
    namespace = await cluster.namespace('mirror')
  })
  afterAll(async () => {
    if (before !== undefined) writeFileSync(HOSTS, before)
    stopCache()
    await cluster?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the printed file makes pods run that are limited, with one pull per image', async () => {
    await startCache({ username: 'acme', password: PASSWORD })
    await use(url)
    await create('through')
    await running('through')
    expect(pullsOf(`${FOLDER}/through`)).toEqual(['acme'])
    // As another node would ask.
    const again = await fetch(`${url}/v2/${FOLDER}/through/manifests/1?ns=docker.io`, {
      headers: { accept: MANIFEST_TYPES },
    })
    expect(again.status).toBe(200)
    expect(pullsOf(`${FOLDER}/through`)).toEqual(['acme'])
  })

  test('it is verified against the registry, and no password is printed', async () => {
    const env = { PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}` }
    const { stdout, stderr } = await cluster.run(
      ['mirror', '--to', url, '--plain-http', '--verify', '-o', 'json'],
      { env },
    )
    const { verification } = JSON.parse(stdout)
    const verdicts = new Map(
      verification.images.map(({ reference, verdict }: { reference: string; verdict: string }) => [
        reference,
        verdict,
      ]),
    )
    expect(verdicts.get(`docker.io/${FOLDER}/through:1`)).toBe('same')
    expect(`${stdout}${stderr}`).not.toContain(PASSWORD)
  })

  test('a mirror that is down is passed over at once', async () => {
    stopCache()
    cluster.hub.anonymousLimit = { pulls: 1000, window: 6 * 3600 }
    const began = Date.now()
    await create('fallback')
    await running('fallback')
    expect(Date.now() - began).toBeLessThan(30_000)
    expect(pullsOf(`${FOLDER}/fallback`)).toEqual(['127.0.0.1'])
  })

  test('a mirror that never answers costs no more than the printed time for each connection', async context => {
    const delay = await use(`http://${address}:${SILENT_PORT}`)
    // A pull takes several connections: with 30 seconds for each it would outlast the test.
    if (delay > 5) return context.skip()
    const rule = ['OUTPUT', '-p', 'tcp', '--dport', String(SILENT_PORT), '-j', 'DROP']
    execFileSync('iptables', ['-I', ...rule])
    try {
      const began = Date.now()
      await create('silent')
      await running('silent')
      expect(Date.now() - began).toBeLessThan(30_000)
    } finally {
      execFileSync('iptables', ['-D', ...rule])
    }
  })

  test("a cache whose upstream is limited answers with a server error, which is called the mirror's", async () => {
    limitHub()
    await startCache(null)
    await use(url)
    await create('upstream')
    const finding = await findingOf('upstream')
    expect(finding).toMatchObject({
      cause: 'registry-server-error',
      endpoint: { host: `${address}:${PORT}`, role: 'mirror' },
    })
    const { stdout } = await cluster.run(['mirror', '-o', 'json'])
    const { seen, groups } = JSON.parse(stdout)
    expect(seen).toContainEqual(
      expect.objectContaining({ host: `${address}:${PORT}`, registry: 'docker.io' }),
    )
    expect(groups[0].mirror).toBe('seen')
  })

  test('a mirror that answers 429 is named as the one with the limit', async () => {
    stopCache()
    limitHub()
    const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'too many requests' }] })
    const server = createServer((_request, response) => void response.writeHead(429).end(body))
    await new Promise<void>(listening => server.listen(LIMITED_PORT, () => listening()))
    try {
      await use(`http://${address}:${LIMITED_PORT}`)
      await create('limited')
      const finding = await findingOf('limited')
      expect(finding).toMatchObject({
        cause: 'rate-limited',
        endpoint: { host: `${address}:${LIMITED_PORT}`, role: 'mirror' },
      })
      // A login of the pod does not raise the mirror's limit.
      expect(JSON.stringify(finding.remedies)).not.toContain('"authenticate"')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  function limitHub(): void {
    cluster.hub.anonymousLimit = { pulls: 100, window: 6 * 3600 }
    cluster.hub.exhaust('127.0.0.1')
  }

  function findingOf(name: string): Promise<Finding> {
    return cluster.until(`a finding about ${name}`, async () => {
      const { stdout } = await cluster.run(['diagnose', '-n', namespace, '-o', 'json'])
      const { findings } = JSON.parse(stdout) as { findings: Finding[] }
      return findings.find(({ pod, endpoint }) => pod === name && endpoint?.role === 'mirror') ?? null
    })
  }

  /** Puts the printed file in place. @returns the seconds that a mirror without an answer costs */
  async function use(mirror: string): Promise<number> {
    const args = ['mirror', '--to', mirror, '--plain-http', '--overwrite', '-o', `${folder}/`]
    const written = await cluster.run(args)
    expect(written.code, written.stderr).toBe(0)
    const { stdout } = await cluster.run(['mirror', '--to', mirror, '--plain-http', '-o', 'json'])
    const [setup] = JSON.parse(stdout).setups
    const path = join(folder, setup.platform, setup.files[0].name)
    const text = readFileSync(path, 'utf8')
    expect(text).toContain('server = "https://registry-1.docker.io"')
    writeFileSync(path, text.replace('https://registry-1.docker.io', cluster.hub.url))
    cpSync(path, HOSTS)
    return setup.deadMirrorDelaySeconds
  }

  async function startCache(login: { username: string; password: string } | null): Promise<void> {
    stopCache()
    const data = mkdtempSync(join(folder, 'data-'))
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: data } },
      http: { addr: `0.0.0.0:${PORT}` },
      proxy: { remoteurl: cluster.hub.url, ...login },
    }
    const file = join(folder, 'config.yml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
    cache = spawn(PROGRAM ?? '', ['serve', file], { stdio: 'ignore' })
    await cluster.until('the cache', () =>
      fetch(`${url}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
  }

  function stopCache(): void {
    cache?.kill('SIGKILL')
    cache = null
  }

  async function create(name: string): Promise<void> {
    const pod = podObject(name, { image: `${FOLDER}/${name}:1` })
    await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, pod)
  }

  function running(name: string): Promise<unknown> {
    return cluster.until(`pod ${name}`, async () => {
      const pod = await cluster.api.get(`/api/v1/namespaces/${namespace}/pods/${name}`)
      return (pod.status as { phase: string }).phase === 'Running'
    })
  }

  function pullsOf(repository: string): string[] {
    return cluster.hub.pulls.filter(pull => pull.repository === repository).map(({ identity }) => identity)
  }
})
