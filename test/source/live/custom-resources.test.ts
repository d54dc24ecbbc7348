/** What custom resources show of pulls is read live as from a dump, and whoever may not read them, or has none, gets the rest. */
import { expect, test } from 'vitest'
import type { ClusterReader } from '../../../src/kubernetes/api/cluster.ts'
import { readCluster } from '../../../src/source/live/read-cluster.ts'
import { failing, node, secret } from '../cluster-objects.ts'
import { SimulatedCluster } from '../simulated-cluster.ts'

interface Custom {
  metadata: { name: string }
}

const SEALED = {
  metadata: { name: 'regcred', namespace: 'web', uid: 's' },
  spec: { encryptedData: { '.dockerconfigjson': 'AgBy' } },
  status: { conditions: [{ type: 'Synced', status: 'False', message: 'no key could decrypt secret' }] },
}
const EXTERNAL = {
  metadata: { name: 'registry', namespace: 'web', uid: 'e' },
  spec: { target: { name: 'regcred' } },
}

/** A reader of the same cluster, which also has these custom resources, by the end of the path of their list. */
function having(reader: ClusterReader, lists: Record<string, Custom[]>): ClusterReader {
  const listAt = (path: string) => Object.entries(lists).find(([end]) => path.endsWith(end))?.[1]
  const list: ClusterReader['list'] = async (path, options, visit) => {
    const items = listAt(path)
    if (items === undefined) return reader.list(path, options, visit)
    for (const item of items) visit(item as never)
    return { count: items.length, resourceVersion: '1', inconsistent: false }
  }
  const get: ClusterReader['get'] = async (path, options) => {
    const [, folder = '', name] = /^(.*)\/([^/]*)$/.exec(path) ?? []
    const found = listAt(folder)?.find(({ metadata }) => metadata.name === name)
    return found === undefined ? reader.get(path, options) : (found as never)
  }
  const own: Record<PropertyKey, unknown> = { list, get }
  return new Proxy(reader, {
    get: (target, name) => own[name] ?? Reflect.get(target, name, target),
  })
}

const NAMED = failing('shop', { spec: { imagePullSecrets: [{ name: 'regcred' }] } })

async function readAll(cluster: SimulatedCluster, lists: Record<string, Custom[]>) {
  const options = { takenAt: '2026-11-24T12:00:00Z' }
  const snapshot = await readCluster(having(cluster.reader, lists), { namespaces: null }, options)
  expect(snapshot.gaps).toEqual([])
  return snapshot
}

const makersIn = async (cluster: SimulatedCluster, lists: Record<string, Custom[]>) =>
  (await readAll(cluster, lists)).pullSecrets.map(({ maker }) => maker)

test.each([
  {
    what: 'a SealedSecret of its name, with its trouble',
    lists: { '/apis/bitnami.com/v1alpha1/namespaces/web/sealedsecrets': [SEALED] },
    maker: {
      kind: 'SealedSecret',
      group: 'bitnami.com',
      name: 'regcred',
      trouble: 'no key could decrypt secret',
    },
  },
  {
    what: 'an ExternalSecret that names it',
    lists: { '/apis/external-secrets.io/v1beta1/namespaces/web/externalsecrets': [EXTERNAL] },
    maker: { kind: 'ExternalSecret', group: 'external-secrets.io', name: 'registry', trouble: null },
  },
])('a missing pull secret is linked to $what', async ({ lists, maker }) => {
  expect(await makersIn(new SimulatedCluster([NAMED]), lists)).toEqual([{ ...maker, manager: null }])
})

test('a cluster without such resources, or a user who may not read them, lacks nothing else', async () => {
  const cluster = new SimulatedCluster([NAMED])
  expect(await makersIn(cluster, {})).toEqual([undefined])
  cluster.fail(/sealedsecrets|externalsecrets/, 403)
  expect(await makersIn(cluster, {})).toEqual([undefined])
})

test('nothing is asked for while every pull secret exists', async () => {
  const cluster = new SimulatedCluster([NAMED, secret('regcred', 'x')])
  await makersIn(cluster, {})
  expect(cluster.asked.filter(line => line.includes('sealedsecrets'))).toEqual([])
})

test("a pool of OpenShift that holds back its nodes' settings is read, and one that is forbidden is no gap", async () => {
  const annotations = { 'machineconfiguration.openshift.io/currentConfig': 'rendered-worker-1' }
  const cluster = new SimulatedCluster([
    failing('shop'),
    { ...node('node-1'), metadata: { name: 'node-1', annotations } },
  ])
  const paused = {
    metadata: { name: 'worker' },
    spec: { paused: true, configuration: { name: 'rendered-worker-2' } },
  }
  const pools = '/apis/machineconfiguration.openshift.io/v1/machineconfigpools'
  expect((await readAll(cluster, { [pools]: [paused] })).nodes).toMatchObject([
    { name: 'node-1', heldPool: { name: 'worker', why: 'paused' } },
  ])
  cluster.fail(/machineconfigpools/, 403)
  const [unheld] = (await readAll(cluster, {})).nodes
  expect(unheld).not.toHaveProperty('heldPool')
})
