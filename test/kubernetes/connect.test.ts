/** Real connections end to end: kubeconfig, TLS, paging, writes, and a server that fails. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import { connectWriter } from '../../src/kubernetes/connect-writer.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type Folder, folderWith } from './kubeconfig/files.ts'

const SECRETS = '/api/v1/namespaces/default/secrets'
const NAMESPACES = '/api/v1/namespaces'
const OLD = btoa('old')
const NEW = btoa('new')
const metadataOf = (object: KubernetesObject) => object.metadata as { name: string; uid: string }

let simulator: Simulator
let cluster: ClusterWriter
let folder: Folder

beforeAll(async () => {
  simulator = await startSimulator({ now: Date.UTC(2026, 0, 1) })
  folder = await folderWith({ config: simulator.kubeconfig })
  const surroundings = { env: {}, cwd: folder.path, home: folder.path, userAgent: 'pullguard/test' }
  cluster = await connectWriter({ kubeconfig: 'config', clock: systemClock, ...surroundings })
})
beforeEach(() => simulator.faults.clear())
afterAll(async () => {
  await cluster.close()
  await folder[Symbol.asyncDispose]()
  await simulator.close()
})

async function namespaces(during: (name: string) => void = () => {}) {
  const names: string[] = []
  const result = await cluster.list(NAMESPACES, { limit: 1 }, item => {
    const { name } = metadataOf(item)
    names.push(name)
    during(name)
  })
  return { ...result, names }
}

describe('reading', () => {
  test('continues with the next page after a continue token expires, with every item once', async () => {
    const all = ['default', 'kube-node-lease', 'kube-public', 'kube-system']
    expect(await namespaces()).toMatchObject({ count: 4, inconsistent: false, names: all })
    const forgetful = await namespaces(name => {
      if (name === 'kube-node-lease') simulator.server.reader.expireContinueTokens()
    })
    expect(forgetful).toMatchObject({ count: 4, inconsistent: true, names: all })
  })

  test('reports a list that is cut off as an error', async () => {
    simulator.faults.next('truncated')
    await expect(namespaces()).rejects.toMatchObject({ status: 0, reason: 'Truncated' })
  })

  test('retries a read whose connection breaks', async () => {
    simulator.faults.next('reset')
    expect((await namespaces()).count).toBe(4)
    simulator.faults.next('truncated')
    expect(metadataOf(await cluster.get(`${NAMESPACES}/default`)).name).toBe('default')
  })
})

describe('writing', () => {
  test('dry-runs, creates, patches under a test, and deletes an object by its uid', async () => {
    const draft = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { key: OLD } }
    await cluster.create(SECRETS, draft, { dryRun: true })
    await expect(cluster.get(`${SECRETS}/a`)).rejects.toMatchObject({ status: 404, reason: 'NotFound' })
    const { uid } = metadataOf(await cluster.create(SECRETS, draft))
    const change = (value: string) => [
      { op: 'test', path: '/data/key', value } as const,
      { op: 'replace', path: '/data/key', value: NEW } as const,
    ]
    expect(await cluster.jsonPatch(`${SECRETS}/a`, change(OLD))).toMatchObject({ data: { key: NEW } })
    await expect(cluster.jsonPatch(`${SECRETS}/a`, change(OLD))).rejects.toMatchObject({ status: 422 })
    await expect(cluster.delete(`${SECRETS}/a`, 'another')).rejects.toMatchObject({ status: 409 })
    await cluster.delete(`${SECRETS}/a`, uid)
    await expect(cluster.get(`${SECRETS}/a`)).rejects.toMatchObject({ status: 404 })
  })

  test('sends a write whose response is lost once, and reports its result as uncertain', async () => {
    simulator.faults.next('lost-answer')
    const draft = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'lost' } }
    const sent = simulator.requests.length
    await expect(cluster.create(SECRETS, draft)).rejects.toMatchObject({
      status: 0,
      reason: 'ConnectionReset',
    })
    expect(simulator.requests.length - sent).toBe(1)
    expect(metadataOf(await cluster.get(`${SECRETS}/lost`)).name).toBe('lost')
  })
})
