/** `--check-images` on the command line: every report shows the registries' answers, no pull is used up, and no password is printed. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Hub } from '../../src/simulator/hub/hub.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { podWithImage, pullSecret } from '../simulator/drafts.ts'
import { transportTo } from '../simulator/in-process-connection.ts'
import { type Place, runCommandLine } from './command-line.ts'

const MACHINE = 'canary-m4chine-Pa55'
const POD = 'canary-p0d-Pa55'
const IMAGES: [pod: string, image: string][] = [
  ['typo-tag', 'nginx:1.27-alpne'],
  ['typo-name', 'ngnix:1.27'],
  ['private', 'jane/billing:2.4'],
  ['of-the-pod', 'team/api:1'],
  ['nowhere', 'ghcr.io/acme/app:1'],
  ['moved', 'jboss/keycloak:2025'],
  ['internal', '127.0.0.1:1/acme/app:1'],
]

let simulator: Simulator
let quay: Hub
let home = ''
let env: Record<string, string> = {}
let dump = ''

beforeAll(async () => {
  simulator = await startSimulator({ now: Date.parse('2026-11-24T12:00:00Z') })
  const { hub, cluster } = simulator
  hub.addAccount({ name: 'jane', password: MACHINE })
  hub.addAccount({ name: 'team', password: POD })
  hub.addImage({ repository: 'library/nginx', tags: ['1.27', '1.27-alpine', 'latest'] })
  hub.addImage({ repository: 'jane/billing', tags: ['2.4'], owner: 'jane' })
  hub.addImage({ repository: 'team/api', tags: ['1'], owner: 'team' })
  for (const [name, image] of IMAGES) {
    cluster.add(
      podWithImage(name, image, name === 'of-the-pod' ? { imagePullSecrets: [{ name: 'team' }] } : {}),
    )
  }
  await simulator.settle()
  quay = new Hub({ clock: cluster.clock })
  quay.addImage({ repository: 'keycloak/keycloak', tags: ['2025'] })
  await quay.listen()
  // The secret that was missing has been created since.
  const auth = Buffer.from(`team:${POD}`).toString('base64')
  cluster.add(pullSecret('team', { auths: { 'https://index.docker.io/v1/': { auth } } }))
  home = await mkdtemp(join(tmpdir(), 'pullguard-check-'))
  await mkdir(join(home, '.docker'))
  const own = Buffer.from(`jane:${MACHINE}`).toString('base64')
  const config = { auths: { 'https://index.docker.io/v1/': { auth: own } } }
  await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(config))
  await writeFile(join(home, 'kubeconfig'), simulator.kubeconfig)
  const items = ['Pod', 'Event', 'Secret', 'ServiceAccount'].flatMap(kind => cluster.list(kind))
  dump = join(home, 'dump.json')
  await writeFile(dump, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
})
afterAll(async () => {
  await simulator.close()
  await quay.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(() => {
  simulator.hub.requests.length = 0
  simulator.hub.trouble = null
  env = {
    KUBECONFIG: join(home, 'kubeconfig'),
    PULLGUARD_REGISTRY_ENDPOINTS: `${simulator.registryEndpoints},ghcr.io=http://127.0.0.1:1,quay.io=${quay.url}`,
  }
})

const runWith = (argv: string[], place: Partial<Place> = {}) =>
  runCommandLine(argv, { home, env, transport: transportTo(simulator.server), ...place })
const run = (...argv: string[]) => runWith(argv)
/** Returns the output on a terminal, with its lines joined. */
async function onScreen(...argv: string[]) {
  const { code, out } = await runWith(argv, { columns: 120 })
  return { code, out: out.replace(/\s+/g, ' ') }
}

interface Checked {
  pod: string
  check: {
    replacement: object
    verdict: string
    asks: { as: string; answer: string }[]
    likelyTag: string
    nearRepositories: string[]
  }
}

async function checksOf(...argv: string[]): Promise<Map<string, Checked['check']>> {
  const { out } = await run(...argv, '-o', 'json')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  return new Map((document.findings as Checked[]).map(({ pod, check }) => [pod, check]))
}

const VERDICTS = {
  'typo-tag': 'no-such-tag',
  'typo-name': 'no-such-repository',
  private: 'opens-for-machine',
  'of-the-pod': 'opens-for-pod',
  nowhere: 'unreachable',
  moved: 'not-public',
  internal: 'not-asked',
}

describe('diagnose', () => {
  test('reports for each image what the registry answers to the pod and to this machine, and spends no pull', async () => {
    const pulls = simulator.hub.pulls.length
    const checks = await checksOf('diagnose', '--check-images')
    expect(Object.fromEntries([...checks].map(([pod, { verdict }]) => [pod, verdict]))).toEqual(VERDICTS)
    expect(checks.get('typo-tag')?.likelyTag).toBe('1.27-alpine')
    expect(checks.get('typo-name')?.nearRepositories).toEqual(['nginx'])
    expect(checks.get('moved')?.replacement).toMatchObject({
      reference: 'quay.io/keycloak/keycloak:2025',
      verdict: 'opens-anonymously',
    })
    expect(simulator.hub.pulls).toHaveLength(pulls)
    const gets = simulator.hub.requests.filter(
      ({ method, path }) => method === 'GET' && /manifests|blobs/.test(path),
    )
    expect(gets).toEqual([])
  })

  test('contacts no registry without the flag', async () => {
    const checks = await checksOf('diagnose')
    expect([...checks.values()]).toEqual(IMAGES.map(() => null))
    expect(simulator.hub.requests).toEqual([])
  })

  test('shows the answer under its cause: what looks like a denial is a name that does not exist', async () => {
    const { out, code } = await onScreen('diagnose', '--check-images')
    expect(code).toBe(1)
    expect(out).toContain('ngnix:1.27: Docker Hub has no repository library/ngnix (did you mean nginx?).')
    expect(out).toContain('no tag 1.27-alpne (did you mean 1.27-alpine?)')
    expect(out).toContain("with this machine's login (jane): found")
    // The private image and the mistyped one no longer share a block.
    expect(out).toContain('asked jane/billing:2.4: It exists')
    expect(out).toContain('asked ngnix:1.27: Docker Hub')
    expect(out).toContain('with secret default/team (team): found')
  })

  test("of a dump checks images without the dump's secrets, which are not ours to use", async () => {
    const checks = await checksOf('diagnose', '-f', dump, '--check-images')
    expect(checks.get('of-the-pod')).toMatchObject({ verdict: 'not-public' })
    expect(checks.get('of-the-pod')?.asks.map(({ as }) => as)).toEqual(['anonymous', 'machine'])
    expect(checks.get('private')?.verdict).toBe('opens-for-machine')
    expect((await checksOf('diagnose', '-f', dump)).get('private')).toBeNull()
    expect(simulator.hub.requests.some(({ user }) => user === 'team')).toBe(false)
  })

  test('accepts a rate limit as an answer, and keeps the report and its exit code if no registry can be reached', async () => {
    simulator.hub.trouble = 'abuse'
    const limited = await checksOf('diagnose', '--check-images')
    expect(limited.get('typo-tag')?.verdict).toBe('rate-limited')
    const heads = simulator.hub.requests.filter(({ method }) => method === 'HEAD')
    // Once anonymously, once for each of the two logins.
    expect(heads).toHaveLength(3)
    env.PULLGUARD_REGISTRY_ENDPOINTS =
      'docker.io=http://127.0.0.1:1,ghcr.io=http://127.0.0.1:1,quay.io=http://127.0.0.1:1'
    const offline = await run('diagnose', '--check-images', '-o', 'json')
    expect(offline.code).toBe((await run('diagnose')).code)
    const verdicts = (JSON.parse(offline.out).findings as Checked[]).map(({ check }) => check.verdict)
    expect(new Set(verdicts)).toEqual(new Set(['unreachable', 'not-asked']))
  })

  test("reports a malformed file of this machine's logins as an answer as well", async () => {
    env.DOCKER_CONFIG = join(home, 'broken')
    await mkdir(env.DOCKER_CONFIG, { recursive: true })
    await writeFile(join(env.DOCKER_CONFIG, 'config.json'), `{"auths": ${MACHINE}`)
    const { out, code } = await onScreen('diagnose', '--check-images')
    expect(code).toBe(1)
    expect(out).toContain("with this machine's logins: ")
    expect(out).toContain('config.json is not valid JSON')
    expect(out).not.toContain(MACHINE)
  })
})

test('why shows the answer for each container, failing or not', async () => {
  const { out } = await onScreen('why', 'of-the-pod', '--check-images')
  expect(out).toMatch(/asked It exists, and the pod's own login can pull it\./)
  const document = JSON.parse((await run('why', 'typo-name', '--check-images', '-o', 'json')).out)
  expect(schemaErrors(document)).toEqual([])
  expect(document.containers[0].check.verdict).toBe('no-such-repository')
})

test('why of a workload asks once about an image that pods with different failures share', async () => {
  const podOf = (name: string, image: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: 'web' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'shop', uid: 's', controller: true },
      ],
    },
    spec: {
      nodeName: 'n',
      containers: [image, 'nginx:1.27'].map((each, at) => ({ name: `c${at}`, image: each })),
    },
    status: {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'c0',
          ready: false,
          state: { waiting: { reason: 'ErrImagePull', message: `${image}: not found` } },
        },
      ],
    },
  })
  const items = [podOf('shop-0', 'nginx:1.27-alpne'), podOf('shop-1', 'ngnix:1.27')]
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const argv = ['why', 'sts/shop', '-n', 'web', '-f', '-', '--check-images', '-o', 'json']
  const { out } = await runWith(argv, { stdin })
  expect(JSON.parse(out).items).toHaveLength(2)
  const asked = simulator.hub.requests.filter(({ path }) => path.endsWith('/library/nginx/manifests/1.27'))
  expect(asked.map(({ method }) => method)).toEqual(['HEAD'])
})

test.each([
  ['an image that is there', ['nginx:1.27'], 0],
  ['one that is not', ['nginx:1.27', 'ngnix'], 1],
  ['one that its registry hides or lacks', ['nginx:1.27', 'jane/none:1'], 3],
  ['a registry that can not be reached', ['ghcr.io/acme/api:2'], 3],
])('image exits for %s as the answer proves', async (_what, names, code) => {
  expect((await run('image', ...names, '--check-images')).code).toBe(code)
})

test('image shows the answer for each name', async () => {
  const names = ['ngnix', 'nginx:1.27', 'jane/billing:2.4', 'Bad:Name']
  const { out, code } = await run('image', ...names, '--check-images', '-o', 'json')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  expect(code).toBe(1)
  expect(document.images.map(({ check }: Checked) => check?.verdict ?? null)).toEqual([
    'no-such-repository',
    'opens-anonymously',
    'opens-for-machine',
    null,
  ])
  expect(document.images[1].check.platforms).toEqual(['linux/amd64', 'linux/arm64'])
  expect((await run('image', 'ngnix', '--check-images')).out).toMatch(/CHECK\n.*no-such-repository/)
  expect((await run('image', 'ngnix')).out).not.toContain('CHECK')
  expect((await onScreen('image', 'ngnix', '--check-images')).out).toContain('did you mean nginx?')
})

test.each([
  ['diagnose', []],
  ['why', ['typo-tag']],
  ['image', ['nginx']],
])('%s refuses an endpoint that no image uses', async (command, argv) => {
  const { code, err } = await run(command, ...argv, '--registry-endpoint', 'docker.io=http://127.0.0.1:1')
  expect([code, err]).toEqual([
    2,
    '--registry-endpoint needs --check-images: no registry is asked without it.\n',
  ])
})

test('an invalid endpoint is refused before the cluster is read', async () => {
  const { code, err } = await run('diagnose', '--check-images', '--registry-endpoint', 'docker.io')
  expect(code).toBe(2)
  expect(err).toContain('needs REGISTRY=URL')
})

test.each([
  ['table', 100],
  ...['table', 'wide', 'json', 'yaml', 'name', 'junit', 'github', 'gitlab', 'markdown'].map(each => [each]),
] as [string, number?][])('%s contains no password from any source', async (format, columns) => {
  const secrets = [MACHINE, POD, `jane:${MACHINE}`, `team:${POD}`]
  const spellings = secrets.flatMap(secret => [secret, Buffer.from(secret).toString('base64')])
  const argv = ['diagnose', '--check-images', '-o', format, '-v', '9']
  const { out, err } = await runWith(argv, columns === undefined ? {} : { columns })
  for (const spelling of spellings) expect(`${out}${err}`).not.toContain(spelling)
})
