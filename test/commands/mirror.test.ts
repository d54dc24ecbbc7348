/** `pullguard mirror` from the command line to the simulated cluster, with a simulated registry as the mirror. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { processCertificate } from '../../src/simulator/api-server/certificate.ts'
import { Hub } from '../../src/simulator/hub/hub.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { podWithImage } from '../simulator/drafts.ts'
import { transportTo } from '../simulator/in-process-connection.ts'
import { runCommandLine } from './command-line.ts'

const URL = 'https://mirror.example.com'
const HOSTS = `server = "https://registry-1.docker.io"

[host."https://mirror.example.com"]
  capabilities = ["pull", "resolve"]
`
const PASSWORD = 'canary-m1rror-Pa55'

let simulator: Simulator
let cache: Hub
let home = ''
let env: Record<string, string> = {}

beforeAll(async () => {
  simulator = await startSimulator({ now: Date.parse('2026-11-24T12:00:00Z') })
  simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27'] })
  simulator.cluster.add(podWithImage('web', 'nginx:1.27'))
  await simulator.settle()
})
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pullguard-mirror-'))
  writeFileSync(join(home, 'kubeconfig'), simulator.kubeconfig)
  cache = new Hub({ clock: simulator.cluster.clock })
  await cache.listen()
  env = {
    KUBECONFIG: join(home, 'kubeconfig'),
    PULLGUARD_REGISTRY_ENDPOINTS: `${simulator.registryEndpoints},mirror.example.com=${cache.url}`,
  }
  return async () => {
    await cache.close()
    await rm(home, { recursive: true, force: true })
  }
})
afterAll(() => simulator.close())

const run = (...argv: string[]) =>
  runCommandLine(['mirror', ...argv], { home, env, transport: transportTo(simulator.server) })
async function document(...argv: string[]) {
  const { code, out, err } = await run(...argv, '-o', 'json')
  const made = JSON.parse(out)
  expect(schemaErrors(made), err).toEqual([])
  return { code, ...made }
}
async function verdicts(...argv: string[]) {
  const { code, verification } = await document('--to', URL, '--verify', ...argv)
  return { code, verdicts: verification.images.map(({ verdict }: { verdict: string }) => verdict) }
}

describe('without a mirror to use', () => {
  test('nodes are listed with what is known, and unknown is not called none', async () => {
    const { code, groups, pulls, setups } = await document()
    expect(code).toBe(0)
    expect(groups).toMatchObject([
      { platform: 'containerd', version: '1.6.20', mirror: 'unknown', nodes: ['node-1'] },
    ])
    expect(pulls).toEqual([{ registry: 'docker.io', images: 1, pulls: 1, mostOnOneNode: 1 }])
    expect(setups).toEqual([])
    const { out } = await run()
    expect(out).toContain('Unknown does not mean none')
    expect(out).not.toMatch(/\bnone\b(?!:)/)
  })

  test('what may not be read is a gap, and the exit code says so', async () => {
    writeFileSync(join(home, 'kubeconfig'), simulator.kubeconfigFor('developer'))
    const { code, complete, gaps } = await document()
    expect([code, complete]).toEqual([3, false])
    expect(gaps.map(({ what }: { what: string }) => what)).toContain('nodes')
  })
})

describe('--to', () => {
  test('prints the file for each kind of node, ready to copy', async () => {
    const { code, setups } = await document('--to', URL)
    expect(code).toBe(0)
    expect(setups).toMatchObject([
      {
        platform: 'containerd',
        files: [{ path: '/etc/containerd/certs.d/docker.io/hosts.toml', content: HOSTS }],
      },
    ])
    const { out } = await run('--to', URL)
    for (const line of HOSTS.trimEnd().split('\n')) expect(out).toContain(line)
    expect(out).toContain('Nothing was changed on nodes or in the cluster.')
    expect(new Set(simulator.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('writes the files to a folder, byte by byte, and not again without --overwrite', async () => {
    const { code, out } = await run('--to', URL, '-o', 'out/')
    expect(code).toBe(0)
    expect(out).toContain('Written: out/containerd/docker.io/hosts.toml.')
    const path = join(home, 'out/containerd/docker.io/hosts.toml')
    expect(readFileSync(path, 'utf8')).toBe(HOSTS)
    writeFileSync(path, 'mine')
    const again = await run('--to', URL, '-o', 'out/')
    expect([again.code, readFileSync(path, 'utf8')]).toEqual([2, 'mine'])
    expect(again.err).toContain('exists already')
    expect((await run('--to', URL, '-o', 'out/', '--overwrite')).code).toBe(0)
    expect(readFileSync(path, 'utf8')).toBe(HOSTS)
  })

  test('writes a single file under the name that is given', async () => {
    expect((await run('--to', URL, '-o', './hosts.toml')).code).toBe(0)
    expect(readFileSync(join(home, 'hosts.toml'), 'utf8')).toBe(HOSTS)
  })

  test('writes nothing where one file is not enough', async () => {
    const { code, err } = await run('--to', URL, '--registry', 'docker.io,ghcr.io', '-o', './hosts.toml')
    expect([code, existsSync(join(home, 'hosts.toml'))]).toEqual([2, false])
    expect(err).toContain('name a folder')
  })

  test('never writes through a link, whatever the flags', async () => {
    writeFileSync(join(home, 'other'), 'mine')
    symlinkSync(join(home, 'other'), join(home, 'hosts.toml'))
    const { code } = await run('--to', URL, '-o', './hosts.toml', '--overwrite')
    expect([code, readFileSync(join(home, 'other'), 'utf8')]).toEqual([2, 'mine'])
  })

  test.each([
    ['mirror.example.com:5000', 'scheme'],
    ['https://harbor.example.com/proxy', '/v2/'],
    ['http://mirror.example.com', '--plain-http'],
    ['https://127.0.0.1:5000', 'loopback'],
    ['http://cache.infra.svc:5000', 'Service'],
    [`https://jane:${PASSWORD}@mirror.example.com`, 'login'],
    [`jane:${PASSWORD}@mirror.example.com`, 'login'],
  ])('refuses %s in one sentence, before it asks anything', async (url, word) => {
    simulator.requests.length = 0
    const { code, out, err } = await run('--to', url)
    expect([code, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1])
    expect(err).toContain(word)
    expect(err).not.toContain(PASSWORD)
    expect(simulator.requests).toEqual([])
  })

  test.each([
    [['--registry', 'ghcr.io/acme', '--to', URL], '--registry'],
    [['--registry', '', '--to', URL], '--registry'],
    [['--registry', '', '--emit', 'cache'], '--registry'],
    [['--verify'], '--to'],
    [['--registry', 'ghcr.io'], '--to'],
    [['--plain-http'], '--to'],
    [['--overwrite'], '-o'],
    [['--emit', 'cache', '--dial-timeout', '3s'], '--emit'],
    [['-o', './x'], '--to'],
    [['-o', 'jsn'], './jsn'],
    [['--to', URL, '--dial-timeout', '500ms'], '1s'],
    [['--to', URL, '--registry-endpoint', 'docker.io=http://127.0.0.1:1'], '--verify'],
    [['--to', URL, '--cache', 'zot'], '--emit cache'],
    [['--emit', 'cache', '--to', URL], '--emit'],
    [['--to', URL, '--ca', 'missing.pem'], "can't be read"],
  ])('refuses %j', async (argv, word) => {
    const { code, err } = await run(...argv)
    expect(code).toBe(2)
    expect(err).toContain(word)
  })

  test("copies an authority's certificate, and never a private key", async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
    writeFileSync(join(home, 'ca.pem'), `subject=x\n${pem}`)
    const { setups } = await document('--to', URL, '--ca', 'ca.pem')
    expect(setups[0].files[1]).toMatchObject({
      path: '/etc/containerd/certs.d/docker.io/mirror-ca.crt',
      content: pem,
    })
    writeFileSync(
      join(home, 'ca.pem'),
      `${pem}-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n`,
    )
    const { code, err } = await run('--to', URL, '--ca', 'ca.pem')
    expect([code, err.includes('private key')]).toEqual([2, true])
  })
})

describe('--verify', () => {
  test('compares the images that run with the registry by HEAD, which costs no pull', async () => {
    cache.addImage({ repository: 'library/nginx', tags: ['1.27'] })
    const { code, verification } = await document('--to', URL, '--verify')
    expect(code).toBe(0)
    const [image] = verification.images
    expect(image).toMatchObject({ reference: 'docker.io/library/nginx:1.27', verdict: 'same' })
    expect(image.mirror.digest).toBe(image.upstream.digest)
    expect(cache.pulls).toEqual([])
    expect(simulator.hub.pulls.length).toBeLessThanOrEqual(1)
    expect((await run('--to', URL, '--verify')).out).toContain('The mirror works for the image')
  })

  test('another image under the same tag is a finding', async () => {
    cache.addImage({ repository: 'library/nginx', tags: ['1.27'], binary: Buffer.from('other') })
    expect(await verdicts()).toEqual({ code: 1, verdicts: ['stale'] })
  })

  test('a mirror that serves official images without library/ is found out', async () => {
    cache.addImage({ repository: 'nginx', tags: ['1.27'] })
    cache.addImage({ repository: 'library/nginx', tags: ['1.26'] })
    expect(await verdicts()).toEqual({ code: 1, verdicts: ['without-library'] })
  })

  test('a 404 is settled by an image that exists for certain', async () => {
    cache.addImage({ repository: 'library/nginx', tags: ['1.26'] })
    cache.addImage({ repository: 'library/busybox', tags: ['latest'] })
    expect(await verdicts()).toEqual({ code: 1, verdicts: ['not-served'] })
    expect((await run('--to', URL, '--verify')).out.replace(/\s+/g, ' ')).toContain(
      'also asked for docker.io/library/busybox:latest',
    )
  })

  test('a path is asked below /v2/', async () => {
    cache.addImage({ repository: 'proxy/library/nginx', tags: ['1.27'] })
    await run('--to', `${URL}/v2/proxy`, '--verify')
    const asked = cache.requests.filter(({ status }) => status === 200).map(({ path }) => path)
    expect(asked).toContain('/v2/proxy/library/nginx/manifests/1.27')
  })

  test("--ca is trusted for the mirror's certificate, and named where it is missing", async () => {
    const { certificate, key } = await processCertificate()
    const mirror = createServer({ cert: certificate, key }, (_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end()
    })
    await new Promise<void>(resolve => mirror.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void mirror.close())
    const { port } = mirror.address() as AddressInfo
    const argv = ['--to', `https://127.0.0.1:${port}`, '--on-every-node', '--verify']
    const unknown = await run(...argv)
    expect(unknown.out.replace(/\s+/g, ' ')).toContain('name the file with --ca')
    writeFileSync(join(home, 'ca.pem'), certificate)
    const { verification } = await document(...argv, '--ca', join(home, 'ca.pem'))
    expect(verification.images).toMatchObject([{ mirror: { status: 'missing' } }])
  })

  test('the last line leads on: to the proof, or away from a mirror that fails', async () => {
    expect((await run('--to', URL)).out).toMatch(/add --verify to this command\.\n$/)
    expect((await run('--to', URL, '--verify')).out).toMatch(/only after the mirror serves these images\.\n$/)
    cache.addImage({ repository: 'library/nginx', tags: ['1.27'] })
    expect((await run('--to', URL, '--verify')).out).toMatch(/once the files are in place\.\n$/)
  })

  test('the short name of a Service is warned about', async () => {
    const { setups } = await document('--to', 'https://registry.kube-system')
    expect(setups[0].notes[0]).toMatchObject({ code: 'short-name', host: 'registry.kube-system' })
  })

  test('a mirror that does not answer is out of reach, and a password is never printed', async () => {
    env.PULLGUARD_REGISTRY_ENDPOINTS = `${simulator.registryEndpoints},mirror.example.com=http://127.0.0.1:1`
    expect(await verdicts()).toEqual({ code: 4, verdicts: ['unreachable'] })
  })
})

describe('--emit cache', () => {
  test.each(['distribution', 'zot'])(
    '%s comes from a registry other than Docker Hub, with its login by reference',
    async product => {
      const { code, out } = await run('--emit', 'cache', '--cache', product)
      expect(code).toBe(0)
      const objects = parseAllDocuments(out)
        .map(each => each.toJS())
        .filter(each => each !== null)
      expect(objects.map(({ kind }) => kind)).toEqual([
        'PersistentVolumeClaim',
        ...(product === 'zot' ? ['ConfigMap'] : []),
        'Deployment',
        'Service',
      ])
      const { containers } = objects.find(({ kind }) => kind === 'Deployment').spec.template.spec
      expect(containers[0].image).toMatch(/^ghcr\.io\/\S+:v?\d+\.\d+\.\d+$/)
      expect(out).toContain('registry-cache-docker-io-upstream')
      expect(objects.some(({ kind }) => kind === 'Secret')).toBe(false)
    },
  )

  test('each registry has a cache and a port of its own, as one list in JSON', async () => {
    const { out } = await run('--emit', 'cache', '--registry', 'docker.io,ghcr.io', '-o', 'json')
    const { kind, items } = JSON.parse(out)
    const services = items.filter((item: { kind: string }) => item.kind === 'Service')
    expect(kind).toBe('List')
    expect(
      services.map((item: { spec: { ports: { nodePort: number }[] } }) => item.spec.ports[0]?.nodePort),
    ).toEqual([30_500, 30_501])
  })

  test.each([
    ['nginx:1', 'Docker Hub'],
    ['ghcr.io/acme/cache', 'version'],
    ['ghcr.io/acme/cache:latest', 'version'],
    ['Ghcr.io/ACME', 'not an image name'],
  ])('refuses %s as the image of the cache', async (image, word) => {
    const { code, err } = await run('--emit', 'cache', '--cache-image', image)
    expect(code).toBe(2)
    expect(err).toContain(word)
  })

  test('is written to a file, and needs no cluster', async () => {
    env = {}
    expect((await run('--emit', 'cache', '-o', './cache.yaml')).code).toBe(0)
    const [first] = readFileSync(join(home, 'cache.yaml'), 'utf8').split('---\n').slice(1)
    expect(parse(first ?? '').kind).toBe('PersistentVolumeClaim')
  })
})
