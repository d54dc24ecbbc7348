/** `quota` against a real kubelet: actual costs on the project's own Docker Hub compared with the estimate. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from './programs.ts'
import { podObject, RealCluster } from './real-cluster.ts'
import { crasher } from './sleeper.ts'

/** No earlier run has left an image with this tag on the node. */
const TAG = randomBytes(4).toString('hex')

let cluster: RealCluster
let namespace: string
let env: Record<string, string>

beforeAll(async () => {
  cluster = await RealCluster.open()
  cluster.addImage('ratelimitpreview/test', ['latest'])
  cluster.addImage('acme/app', [TAG])
  cluster.addImage('acme/crash', ['latest'], undefined, crasher())
  namespace = await cluster.namespace('quota')
  env = { PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}` }
})
afterAll(() => cluster?.close())

const create = (name: string, draft: Parameters<typeof podObject>[1]) =>
  cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, podObject(name, draft))

async function quota(...argv: string[]) {
  const { stdout, stderr } = await cluster.run(['quota', '-n', namespace, '-o', 'json', ...argv], { env })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

interface Status {
  containerStatuses?: { restartCount: number; imageID: string; ready: boolean }[]
}

async function statusOf(name: string) {
  const { status } = await cluster.api.get(`/api/v1/namespaces/${namespace}/pods/${name}`)
  return (status as Status).containerStatuses?.[0]
}

test('the quota falls by one as the kubelet pulls an image, and not when it is asked for', async () => {
  const before = (await quota()).quotas[0].remaining
  expect((await quota()).quotas[0].remaining).toBe(before)
  await create('one', { image: `acme/app:${TAG}` })
  await cluster.until('the image', async () => (await statusOf('one'))?.imageID || null)
  expect((await quota()).quotas[0].remaining).toBe(before - 1)
})

test('a crash loop with policy Always is estimated to cost what the hub counts: nothing after the first pull', async () => {
  await create('loop', { image: 'acme/crash', pullPolicy: 'Always' })
  await cluster.until('a restart', async () => ((await statusOf('loop'))?.restartCount ?? 0) >= 1)
  const counted = cluster.hub.pulls.length
  const { usage } = await quota('--usage')
  const expected = usage.spenders.find(({ name }: { name: string }) => name === 'loop')
  await cluster.until('more restarts', async () => ((await statusOf('loop'))?.restartCount ?? 0) >= 3)
  expect({ expected: expected?.pulls ?? 0, counted: cluster.hub.pulls.length - counted }).toEqual({
    expected: 0,
    counted: 0,
  })
})

test('--from-node asks from the node with an image that is there, and leaves no pod behind', async () => {
  cluster.hub.addImage({
    repository: 'acme/tools',
    tags: [TAG],
    files: programs('sh', 'curl', 'sed', 'grep', 'tr', 'sleep'),
  })
  const made = `/api/v1/namespaces/${namespace}/pods`
  const container = { name: 'app', image: `acme/tools:${TAG}`, command: ['sleep', '600'] }
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] }
  await cluster.api.create(made, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'tools' }, spec })
  await cluster.until('the pod to run', async () => (await statusOf('tools'))?.ready === true)
  const pulls = cluster.hub.pulls.length
  const { quotas } = await quota('--from-node', '--yes', '--show-source')
  expect(quotas[0]).toMatchObject({ type: 'anonymous', origins: ['node node-1'], source: '127.0.0.1' })
  expect(quotas[0].remaining).toBe(quotas[1].remaining)
  expect(cluster.hub.pulls.length).toBe(pulls)
  const names: unknown[] = []
  await cluster.api.list(made, {}, ({ metadata }) => void names.push((metadata as { name: string }).name))
  expect(names.filter(name => String(name).startsWith('pullguard-quota-'))).toEqual([])
})

test('a pod that the limit holds back is expected to pull once, and does when the quota is there', async () => {
  cluster.hub.exhaust('127.0.0.1')
  cluster.addImage('acme/late', [TAG])
  await create('held-back', { image: `acme/late:${TAG}` })
  const spenders = await cluster.until('the pod to wait', async () => {
    const { usage, quotas } = await quota('--usage')
    expect(quotas[0].remaining).toBe(0)
    return usage.spenders.length > 0 && usage
  })
  expect(spenders.spenders).toMatchObject([{ kind: 'Pod', name: 'held-back', pulls: 1, payer: 0 }])
  expect(spenders.outlooks[0]).toMatchObject({ now: 1, fits: false, runsOutAfterSeconds: 0 })
  const counted = cluster.hub.pulls.length
  cluster.hub.quota.refill('127.0.0.1')
  await cluster.until('the image', async () => (await statusOf('held-back'))?.imageID || null)
  expect(cluster.hub.pulls.length - counted).toBe(1)
})
