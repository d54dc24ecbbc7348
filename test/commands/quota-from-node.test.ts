/** `quota --from-node`: a pod asks from the node, only after confirmation, and no pod is left behind, whatever happens. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { probePod } from '../../src/apply/quota-probe.ts'
import type { Draft } from '../../src/simulator/cluster/objects.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { runCommandLine } from './command-line.ts'
import { type QuotaScene, startScene } from './quota-scene.ts'

const HEADERS =
  'HTTP/1.1 200 OK\nratelimit-limit: 100;w=21600\nratelimit-remaining: 12;w=21600\ndocker-ratelimit-source: 198.51.100.7\n'

let scene: QuotaScene
/** Every pod that the command created, as sent. */
let made: { name: string; spec: Record<string, unknown> }[]
let stop: () => void

type Ending = (image: string) => object | null

/** Plays the kubelet: each of the command's pods ends as `ending` says for its image; null leaves the pod alone. */
function play(ending: Ending): void {
  const { cluster } = scene.simulator
  stop = cluster.store.watch(({ type, object }) => {
    const { name = '', generateName } = object.metadata as { name?: string; generateName?: string }
    if (type !== 'ADDED' || object.kind !== 'Pod' || !generateName?.startsWith('pullguard-quota-')) return
    const spec = object.spec as { containers: { image: string }[] }
    made.push({ name, spec: spec as unknown as Record<string, unknown> })
    const status = ending(spec.containers[0]?.image ?? '')
    if (status === null) return
    queueMicrotask(() =>
      cluster.change('Pod', 'default', name, pod => {
        pod.status = status as never
      }),
    )
  })
}

const ended = (exitCode: number, message = '') => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [{ name: 'ask', state: { terminated: { exitCode, message, reason: 'Completed' } } }],
})
const waits = (reason: string, message = '') => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'ask', state: { waiting: { reason, message } } }],
})

function addRunning(name: string, image: string): void {
  scene.simulator.cluster.add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: 'node-1', containers: [{ name: 'app', image }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'app', image, imageID: 'x@sha256:0', ready: true, state: { running: {} } }],
    },
  } as unknown as Draft)
}

const probes = () =>
  scene.simulator.cluster.list('Pod').filter(({ metadata }) => metadata.name.startsWith('pullguard-quota-'))

beforeEach(async () => {
  scene = await startScene()
  made = []
  addRunning('plain', 'acme/plain:1')
  addRunning('web', 'nginx:1.27')
})
afterEach(() => {
  stop?.()
  return scene.close()
})

test("the node's quota comes first, and its pod is gone", async () => {
  play(() => ended(0, HEADERS))
  const { code, out, err } = await scene.run('quota', '--from-node', '--yes', '-o', 'json')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  expect(code).toBe(0)
  expect(document.quotas).toMatchObject([
    { type: 'anonymous', origins: ['node node-1'], remaining: 12 },
    { type: 'anonymous', origins: [], remaining: 100 },
  ])
  expect(`${out}${err}`).not.toContain('198.51.100.7')
  expect(err).toContain('nginx:1.27')
  expect(probes()).toEqual([])
  expect(made).toHaveLength(1)
  expect(made[0]?.spec).toMatchObject({
    nodeName: 'node-1',
    hostNetwork: true,
    automountServiceAccountToken: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: 60,
    containers: [{ image: 'nginx:1.27', imagePullPolicy: 'Never' }],
  })
})

test('an image without curl is passed over, and one that could not run', async () => {
  addRunning('third', 'acme/third:1')
  play(image =>
    image === 'nginx:1.27'
      ? ended(3)
      : image === 'acme/plain:1'
        ? waits('ErrImageNeverPull')
        : ended(0, HEADERS),
  )
  const { code } = await scene.run('quota', '--from-node=node-1', '--yes')
  expect(code).toBe(0)
  expect(made).toHaveLength(3)
  expect(probes()).toEqual([])
})

test('where none can ask it says why, for each image', async () => {
  play(image =>
    image === 'nginx:1.27' ? ended(128, 'exec: "sh": executable file not found in $PATH: unknown') : ended(3),
  )
  const { code, out, err } = await scene.run('quota', '--from-node', '--yes')
  expect({ code, out }).toEqual({ code: 5, out: '' })
  expect(err).toContain('nginx:1.27: it has no shell with curl or GNU Wget')
  expect(err).toContain('acme/plain:1: it has no shell with curl or GNU Wget')
  expect(probes()).toEqual([])
})

describe('nothing is written', () => {
  beforeEach(() => play(() => ended(0, HEADERS)))

  test.each<[what: string, argv: string[], code: number]>([
    ['without --yes and without a terminal', ['--from-node'], 5],
    ['for a node without pods', ['--from-node=node-9', '--yes'], 2],
    ['with --local', ['--from-node', '--local', '--yes'], 2],
    ['with --watch', ['--from-node', '--watch', '--yes'], 2],
    ['without --from-node', ['--usage'], 0],
  ])('%s', async (_what, argv, code) => {
    expect((await scene.run('quota', ...argv)).code).toBe(code)
    expect(made).toEqual([])
    const writes = scene.simulator.requests.filter(({ method }) => method !== 'GET')
    expect(writes.filter(({ path }) => !/selfsubject/.test(path))).toEqual([])
  })

  test('for an empty name, such as that of an unset variable', async () => {
    const { code, err } = await scene.run('quota', '--from-node=', '--yes')
    expect([code, err]).toEqual([2, expect.stringMatching(/^--from-node was given an empty name/)])
  })

  test('without a terminal, and what would be created is shown', async () => {
    const { err } = await scene.run('quota', '--from-node')
    expect(err).toMatch(/^A pod in namespace \S+ on node node-1 will ask Docker Hub .*\nConfirmation needed/)
  })
})

test('the answer counts even if the pod could not be deleted, which is said', async () => {
  play(() => ended(0, HEADERS))
  scene.simulator.faults.when(({ method }) => method === 'DELETE', 401)
  const { code, out, err } = await scene.run('quota', '--from-node', '--yes', '-o', 'json')
  expect(code).toBe(0)
  expect(JSON.parse(out).quotas[0]).toMatchObject({ origins: ['node node-1'], remaining: 12 })
  expect(err).toMatch(/Pod pullguard-quota-\S+ in namespace default could not be deleted/)
})

test('Ctrl-C while the pod runs removes it', async () => {
  const ending = new AbortController()
  play(() => {
    ending.abort('SIGINT')
    return null
  })
  const { home, env, simulator } = scene
  const { clock } = simulator
  const argv = ['quota', '--from-node', '--yes']
  const { code } = await runCommandLine(argv, { home, env, clock, signal: ending.signal })
  expect(code).toBe(130)
  expect(made).toHaveLength(1)
  expect(probes()).toEqual([])
})

test('what an earlier run left behind is removed, and nothing else that carries its label', async () => {
  play(() => ended(0, HEADERS))
  const { cluster } = scene.simulator
  const draft = {
    namespace: 'default',
    node: 'node-1',
    image: 'nginx:1.27',
    registry: 'https://x',
    hostNetwork: false,
  }
  const own = probePod(draft) as Draft
  const status = { phase: 'Failed' }
  cluster.add({
    ...own,
    metadata: { ...own.metadata, name: 'pullguard-quota-old' },
    status,
  } as unknown as Draft)
  const { labels } = own.metadata
  const spec = { containers: [{ name: 'app', image: 'acme/app:1' }] }
  cluster.add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pullguard-quota-foreign', namespace: 'default', labels },
    spec,
    status,
  } as unknown as Draft)
  const { code, err } = await scene.run('quota', '--from-node', '--yes')
  expect(code).toBe(0)
  expect(err).toContain('Removed 1 pod that an earlier run left behind.')
  expect(probes().map(({ metadata }) => metadata.name)).toEqual(['pullguard-quota-foreign'])
})

test("where the node's network is refused, the pod's own has to do", async () => {
  play(() => ended(0, HEADERS))
  scene.simulator.faults.when(({ method, path }) => method === 'POST' && path.endsWith('/pods'), 403, 1)
  expect((await scene.run('quota', '--from-node', '--yes')).code).toBe(0)
  expect(made[0]?.spec.hostNetwork).toBe(false)
})

test('where no pod runs, the way on depends on what was looked at', async () => {
  const empty = await startScene()
  const said = async (...argv: string[]) => (await empty.run('quota', '--yes', ...argv)).err
  expect(await said('--from-node')).toContain('add -A, or name a node')
  expect(await said('--from-node', '-A')).toContain('No pod runs in this cluster')
  expect(await said('--from-node=node-9')).toContain('No pod runs on node node-9')
  await empty.close()
})
