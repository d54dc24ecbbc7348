/** What would make a missing pull secret is found in its namespace, and whoever may not read it, or has none, gets the rest. */
import { expect, test } from 'vitest'
import type { ClusterReader } from '../../../src/kubernetes/api/cluster.ts'
import { readCluster } from '../../../src/source/live/read-cluster.ts'
import { failing, secret } from '../cluster-objects.ts'
import { SimulatedCluster } from '../simulated-cluster.ts'

const SEALED = {
  metadata: { name: 'regcred', namespace: 'web', uid: 's' },
  spec: { encryptedData: { '.dockerconfigjson': 'AgBy' } },
  status: { conditions: [{ type: 'Synced', status: 'False', message: 'no key could decrypt secret' }] },
}
const EXTERNAL = {
  metadata: { name: 'registry', namespace: 'web', uid: 'e' },
  spec: { target: { name: 'regcred' } },
}

/** The same reader of a cluster that also has these custom resources, by the end of their list's path. */
function having(reader: ClusterReader, lists: Record<string, object[]>): ClusterReader {
  const list: ClusterReader['list'] = async (path, options, visit) => {
    const found = Object.entries(lists).find(([end]) => String(path).endsWith(end))
    if (found === undefined) return reader.list(path, options, visit)
    for (const item of found[1]) visit(item as never)
    return { count: found[1].length, resourceVersion: '1', inconsistent: false }
  }
  return new Proxy(reader, {
    get: (target, name) => (name === 'list' ? list : Reflect.get(target, name, target)),
  })
}

const NAMED = failing('shop', { spec: { imagePullSecrets: [{ name: 'regcred' }] } })

async function makersIn(cluster: SimulatedCluster, lists: Record<string, object[]>) {
  const options = { takenAt: '2026-11-24T12:00:00Z' }
  const { pullSecrets, gaps } = await readCluster(
    having(cluster.reader, lists),
    { namespaces: null },
    options,
  )
  expect(gaps).toEqual([])
  return pullSecrets.map(({ maker }) => maker)
}

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
