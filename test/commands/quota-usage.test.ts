/** `quota --usage` on a simulated cluster: who pulls, whether the pulls last, and what saves the most. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Draft } from '../../src/simulator/cluster/objects.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { MACHINE, type QuotaScene, startScene, TEAM } from './quota-scene.ts'

let scene: QuotaScene

beforeEach(async () => {
  scene = await startScene({ nodes: ['node-1', 'node-2', 'node-3'] })
})
afterEach(() => scene.close())

/** Makes the node pull with CRI-O from then on. */
function makeCrio(name: string): void {
  scene.simulator.cluster.change('Node', undefined, name, node => {
    const { nodeInfo } = node.status as { nodeInfo: Record<string, string> }
    nodeInfo.containerRuntimeVersion = 'cri-o://1.34.0'
  })
}

const template = (image: string, extra: object = {}) => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'main', image, ...extra }], restartPolicy: 'Never' },
})

function add(draft: object): void {
  scene.simulator.cluster.add(draft as Draft)
}

function addCronJob(name: string, schedule: string, image: string, policy = 'Always'): void {
  const spec = { schedule, jobTemplate: { spec: { template: template(image, { imagePullPolicy: policy }) } } }
  add({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'default' }, spec })
}

/** Adds a pod whose container crashed, waited, and has been running again for two minutes. */
function addLoop(name: string, node: string, policy = 'Always'): void {
  const ran = { startedAt: '2026-11-24T11:53:00Z', finishedAt: '2026-11-24T11:53:10Z', exitCode: 1 }
  add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: node,
      containers: [{ name: 'app', image: 'acme/loop:1', imagePullPolicy: policy }],
    },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          image: 'acme/loop:1',
          imageID: `docker.io/acme/loop@sha256:${'0'.repeat(64)}`,
          ready: true,
          restartCount: 12,
          state: { running: { startedAt: '2026-11-24T11:58:00Z' } },
          lastState: { terminated: ran },
        },
      ],
    },
  })
}

/** Adds a pod that the registry refused because of its limit. */
function addWaiting(name: string, node: string, message: string, extra: object = {}): void {
  add({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'app', image: 'nginx:1.27' }], ...extra },
    status: {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'app',
          image: 'nginx:1.27',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: 'ImagePullBackOff', message } },
        },
      ],
    },
  })
}

const LIMITED =
  'Back-off pulling image "nginx:1.27": ErrImagePull: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/1.27: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
const OF_A_MIRROR =
  'Back-off pulling image "nginx:1.27": ErrImagePull: unexpected status code https://cache.example/v2/library/nginx/manifests/1.27?ns=docker.io: 429 Too Many Requests'
const NO_SUCH =
  'Back-off pulling image "nginx:1.27": ErrImagePull: failed to resolve reference "docker.io/library/nginx:1.27": docker.io/library/nginx:1.27: not found'

interface UsageDocument {
  spenders: { kind: string; name: string; pulls: number; payer: number; reasons: { reason: string }[] }[]
  outlooks: { pulls: number; fits: boolean | null; runsOutAfterSeconds: number | null; course: number[] }[]
  capacities: object[]
  savings: { change: string; pulls: number; command: string | null }[]
}

async function usage(...argv: string[]): Promise<UsageDocument & { code: number }> {
  const { code, out, err } = await scene.run('quota', '--usage', ...argv, '-o', 'json')
  expect(`${out}${err}`).not.toContain('canary')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  return { code, ...document.usage }
}

const pullsOf = ({ spenders }: UsageDocument) =>
  spenders.map(({ kind, name, pulls, reasons }) => [
    `${kind}/${name}`,
    pulls,
    ...reasons.map(({ reason }) => reason),
  ])

test('a restart with policy Always costs nothing on containerd and one pull on CRI-O, by the times of its starts', async () => {
  makeCrio('node-2')
  addLoop('on-containerd', 'node-1')
  addLoop('on-crio', 'node-2')
  addLoop('kept', 'node-2', 'IfNotPresent')
  const found = await usage()
  // Every five minutes for six hours.
  expect(pullsOf(found)).toEqual([['Pod/on-crio', 72, 'restarts']])
  expect(found.savings).toEqual([
    expect.objectContaining({
      change: 'stop-crashing',
      pulls: 72,
      command: expect.stringContaining('-n default logs on-crio -c app --previous'),
    }),
  ])
})

test('pods that wait for an image count once for each node; a mirror, a missing image and policy Never do not', async () => {
  addWaiting('one', 'node-1', LIMITED)
  addWaiting('same-node', 'node-1', LIMITED)
  addWaiting('two', 'node-2', LIMITED)
  addWaiting('mirrored', 'node-3', OF_A_MIRROR)
  addWaiting('missing', 'node-3', NO_SUCH)
  addWaiting('never', 'node-3', LIMITED, {
    containers: [{ name: 'app', image: 'nginx:1.27', imagePullPolicy: 'Never' }],
  })
  const found = await usage()
  expect(pullsOf(found)).toEqual([
    ['Pod/one', 1, 'waiting'],
    ['Pod/two', 1, 'waiting'],
  ])
  expect(found.outlooks[0]).toMatchObject({ pulls: 2, now: 2, fits: true })
})

test('a schedule counts its runs where each pulls, and the nodes where it might not have the image', async () => {
  addCronJob('often', '*/10 * * * *', 'acme/often:1.0.0')
  addCronJob('suspended', '* * * * *', 'acme/s:1')
  addCronJob('elsewhere', '* * * * *', 'quay.io/acme/s:1')
  scene.simulator.cluster.change('CronJob', 'default', 'suspended', object => {
    ;(object.spec as { suspend: boolean }).suspend = true
  })
  const first = await usage()
  expect(pullsOf(first)).toEqual([['CronJob/often', 3, 'schedule']])
  expect(first.outlooks[0]?.course).toHaveLength(49)
  expect(first.capacities).toMatchObject([
    { plan: 'anonymous', allows: 100, addresses: 1, fits: true },
    { plan: 'personal', allows: 200, fits: true },
    { plan: 'paid', allows: null, fits: true },
  ])
  for (const name of ['node-1', 'node-2', 'node-3']) makeCrio(name)
  const found = await usage()
  expect(pullsOf(found)).toEqual([['CronJob/often', 36, 'schedule']])
  expect(found.savings[0]?.command).toContain(
    `patch cronjob often -p '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"main","imagePullPolicy":"IfNotPresent"}]}}}}}}'`,
  )
})

test('pulls go to the account of the pull secret that the service account gives', async () => {
  for (const name of ['node-1', 'node-2', 'node-3']) makeCrio(name)
  scene.secret('default', 'team', { 'https://index.docker.io/v1/': ['team', TEAM] })
  scene.simulator.cluster.change('ServiceAccount', 'default', 'default', account => {
    account.imagePullSecrets = [{ name: 'team' }]
  })
  addCronJob('often', '* * * * *', 'acme/often:1.0.0')
  const { spenders, outlooks } = await usage()
  expect(spenders[0]).toMatchObject({ payer: 1, pulls: 360 })
  expect(outlooks).toMatchObject([
    { pulls: 0, fits: true },
    { pulls: 360, fits: true },
  ])
})

test('says when the pulls run out, draws it, and offers the login that has enough', async () => {
  for (const name of ['node-1', 'node-2', 'node-3']) makeCrio(name)
  await scene.login('team', TEAM)
  addCronJob('often', '* * * * *', 'acme/often:1.0.0')
  const { out } = await scene.onTerminal('quota', '--usage')
  expect(out).toContain('the remaining pulls run out in about 100 minutes')
  expect(out).toMatch(/█.*▁ +100 left now/u)
  expect(out).toContain('fix -n default --registry docker.io')
  expect(out).toMatchSnapshot()
})

test("what can't be read is a gap and exit code 3", async () => {
  const argv = await scene.as('developer')
  const { code, out } = await scene.run('quota', '--usage', ...argv, '-o', 'json')
  expect(code).toBe(3)
  expect(JSON.parse(out).gaps).toMatchObject([{ what: 'nodes', why: 'forbidden' }])
})

test('without permissions and without a way to Docker Hub says what is unknown and what to do, and takes nothing for quiet', async () => {
  scene.env.PULLGUARD_REGISTRY_ENDPOINTS = 'docker.io=http://127.0.0.1:1'
  scene.simulator.server.users.add('nobody', [])
  const argv = await scene.as('nobody')
  for (const format of ['table', 'markdown']) {
    const { code, out } = await scene.run('quota', '--usage', '--nodes', '3', ...argv, '-o', format)
    expect(code).toBe(4)
    expect(out).toContain('How many pulls are left is unknown: anonymous.')
    expect(out).not.toMatch(/No workload is expected|no pulls expected|New nodes are not expected|, enough/)
  }
  const { out } = await scene.run('quota', '--usage', ...argv)
  expect(out.trimEnd().split('\n').at(-1)).toBe(
    "Next: check this machine's network and its proxy (HTTPS_PROXY, NO_PROXY) and ask for the permissions named above.",
  )
})

test.each(['table', 'markdown', 'prometheus'])('who spends the pulls is printed as %s', async format => {
  makeCrio('node-1')
  await scene.login('jane', MACHINE)
  addLoop('loop', 'node-1')
  addCronJob('often', '@hourly', 'acme/often')
  expect(
    (await scene.run('quota', '--usage', '-o', format)).out.replaceAll(scene.home, '~'),
  ).toMatchSnapshot()
})

test('a free account is called worse where every node has its own address', async () => {
  for (const name of ['node-1', 'node-2', 'node-3']) {
    makeCrio(name)
    scene.simulator.cluster.change('Node', undefined, name, node => {
      const { addresses } = node.status as { addresses: object[] }
      addresses.push({ type: 'ExternalIP', address: '198.51.100.7' })
    })
  }
  addCronJob('often', '*/2 * * * *', 'acme/often:1.0.0')
  const { out } = await scene.run('quota', '--usage')
  expect(out.replace(/\s+/g, ' ')).toContain(
    'A free account would allow fewer pulls: its 200 pulls would be shared by all nodes, which have 300 without it.',
  )
})

test('--nodes forecasts what new nodes pull at once and later, and how long the limits make that take', async () => {
  const daemons = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
  }
  const selector = { matchLabels: { app: 'x' } }
  add({ ...daemons, spec: { selector, template: template('acme/agent:1') } })
  scene.simulator.cluster.change('DaemonSet', 'default', 'agent', set => {
    set.status = { desiredNumberScheduled: 3, updatedNumberScheduled: 3 }
  })
  const { code, out } = await scene.run('quota', '--nodes', '250', '-o', 'json')
  expect(code).toBe(0)
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  expect(document.usage.forecast).toEqual({
    nodes: 250,
    atOnce: 250,
    later: 0,
    cacheSaves: 249,
    waits: [
      { how: 'shared-address', atMostSeconds: 2 * 21600 },
      { how: 'own-addresses', atMostSeconds: 0 },
      { how: 'personal', atMostSeconds: 21600 },
      { how: 'paid', atMostSeconds: 0 },
    ],
  })
  expect((await scene.run('quota', '--nodes', '0')).code).toBe(2)
})

test('new nodes of a cluster without images from Docker Hub wait for nothing', async () => {
  const { out } = await scene.run('quota', '-n', 'kube-public', '--nodes', '50')
  expect(out).toContain('New nodes are not expected to pull from Docker Hub.')
  expect(out).not.toContain('no wait')
})
