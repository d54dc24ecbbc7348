/** A fix of one workload on a real cluster: its pods come back, and every other stuck pod in the namespace remains the same object. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import { deploymentObject, podObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-one'

let cluster: RealCluster
let web: string
let env: Record<string, string>

const run = (...args: string[]) => cluster.run([...args, '-n', web], { env })

/** Everything in the namespace that belongs to the other workloads and that a fix could change, by path, without status and versions. */
async function othersNow(): Promise<unknown[]> {
  const found: unknown[] = []
  const keep = ({ metadata, spec, imagePullSecrets }: KubernetesObject) => {
    const { name, uid, deletionTimestamp, generation } = metadata as Record<string, unknown>
    if (String(name).startsWith('shop')) return
    found.push({ name, uid, deletionTimestamp, generation, spec, imagePullSecrets })
  }
  for (const path of [
    `/api/v1/namespaces/${web}/pods`,
    `/api/v1/namespaces/${web}/serviceaccounts`,
    `/apis/apps/v1/namespaces/${web}/deployments`,
    `/apis/apps/v1/namespaces/${web}/statefulsets`,
  ])
    await cluster.api.list(path, {}, keep)
  return found
}

beforeAll(async () => {
  cluster = await RealCluster.open()
  cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
  for (const repository of ['library/nginx', 'ratelimitpreview/test'])
    cluster.addImage(repository, ['latest'])
  cluster.hub.exhaust('127.0.0.1')
  const auth = Buffer.from(`acme:${PASSWORD}`).toString('base64')
  const config = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } })
  env = {
    DOCKER_CONFIG: dirname(cluster.write('config.json', config)),
    PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}`,
  }
  web = await cluster.namespace('narrowed')
  await cluster.api.create(`/api/v1/namespaces/${web}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'shop' },
  })
  const apps = `/apis/apps/v1/namespaces/${web}`
  const cart = deploymentObject('cart', { image: 'nginx' })
  const shop = deploymentObject('shop', { image: 'nginx' })
  const { template } = shop.spec as { template: { spec: object } }
  Object.assign(template.spec, { serviceAccountName: 'shop' })
  await cluster.api.create(`${apps}/deployments`, shop)
  await cluster.api.create(`${apps}/deployments`, cart)
  const db = { ...deploymentObject('db', { image: 'nginx' }), kind: 'StatefulSet' }
  await cluster.api.create(`${apps}/statefulsets`, db)
  await cluster.api.create(`/api/v1/namespaces/${web}/pods`, podObject('bare', { image: 'nginx' }))
  await cluster.until('four limited pods', async () => {
    const { summary } = JSON.parse((await run('diagnose', '-o', 'json')).stdout)
    return summary.causes['rate-limited'] === 4
  })
})
afterAll(() => cluster?.close())

test('a fix of one workload brings its pods back and leaves all else as it is', async () => {
  const before = await othersNow()
  const { code, stdout, stderr } = await run('fix', 'deploy/shop', '--yes', '--timeout', '2m')
  expect(`${stdout}${stderr}`).toContain('The pod that could not pull is running now.')
  expect(code).toBe(0)
  expect(await othersNow()).toEqual(before)
  expect(stdout).not.toContain(PASSWORD)
  const { summary } = JSON.parse((await run('diagnose', '-o', 'json')).stdout)
  expect(summary.failingPods).toBe(3)
})

test('a fix of a pod by its labels says when they are only a part of a workload, and writes nothing', async () => {
  const before = await othersNow()
  const label = 'apps.kubernetes.io/pod-index=0'
  const { code, stdout } = await run('fix', '-l', label, '--yes')
  expect(code).toBe(5)
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    `1 workload whose template does not match ${label}, so a fix of it`,
  )
  expect(await othersNow()).toEqual(before)
})

test('undo restores the one account', async () => {
  expect((await cluster.run(['undo', '--yes'], { env })).code).toBe(0)
  const account = await cluster.api.get(`/api/v1/namespaces/${web}/serviceaccounts/shop`)
  expect(account.imagePullSecrets ?? []).toEqual([])
})
