/** Only what failing pods reference is read, and no secret content leaves the source. */
import { describe, expect, test } from 'vitest'
import { event, failing, node, owned, pod, secret, serviceAccount } from '../cluster-objects.ts'
import { everywhere, read as readScope, SimulatedCluster } from '../simulated-cluster.ts'

const read = (cluster: SimulatedCluster) => readScope(cluster, everywhere)
const withSecret = (name: string) => ({ spec: { imagePullSecrets: [{ name }] } })
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-1' }
/** Of the pods of a Deployment, whose ReplicaSets need not be read whole. */
const HASH = { 'pod-template-hash': '6d4' }
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }
const OPERATOR = { apiVersion: 'example.com/v1', kind: 'Shop', name: 'shop' }

describe('what failing pods name', () => {
  test('secrets of pods and of their service accounts are described, and others are never requested', async () => {
    const cluster = new SimulatedCluster([
      failing('shop', withSecret('of-pod')),
      pod('healthy', withSecret('of-healthy')),
      ...['of-pod', 'of-account', 'of-healthy'].map(name => secret(name, 'x')),
      serviceAccount('default', ['of-account']),
      serviceAccount('other', ['of-other']),
    ])
    const { pullSecrets, serviceAccounts } = await read(cluster)
    expect(pullSecrets.map(({ name, problem }) => [name, problem])).toEqual([
      ['of-account', null],
      ['of-pod', null],
    ])
    expect(serviceAccounts).toEqual([{ namespace: 'web', name: 'default', imagePullSecrets: ['of-account'] }])
    expect(cluster.asked.filter(request => request.includes('secrets'))).toEqual([
      'get /api/v1/namespaces/web/secrets/of-pod',
      'get /api/v1/namespaces/web/secrets/of-account',
    ])
  })

  test('of thousands of secrets that a pod names, few are requested and the rest is marked as unread', async () => {
    const imagePullSecrets = Array.from({ length: 5000 }, (_, index) => ({ name: `s-${index}` }))
    const cluster = new SimulatedCluster([failing('hog', { spec: { imagePullSecrets } })])
    const { pullSecrets, gaps } = await read(cluster)
    expect(cluster.asked.filter(request => request.includes('/secrets/')).length).toBe(200)
    expect(pullSecrets.filter(({ problem }) => problem === 'failed')).toHaveLength(4800)
    expect(gaps).toMatchObject([{ what: 'secrets', namespace: 'web', why: 'failed' }])
  })

  test('owners are read up to the topmost one, each once', async () => {
    const cluster = new SimulatedCluster([
      failing('shop-1-a', { owner: REPLICA_SET }),
      failing('shop-1-b', { owner: REPLICA_SET }),
      owned('ReplicaSet', 'shop-1', DEPLOYMENT),
      owned('Deployment', 'shop', OPERATOR),
    ])
    const { owners, gaps } = await read(cluster)
    expect(owners.map(({ kind, controller }) => [kind, controller?.kind])).toEqual([
      ['Deployment', 'Shop'],
      ['ReplicaSet', 'Deployment'],
    ])
    expect(gaps).toEqual([])
  })

  test('nodes of failing pods are read and no others, those with most pods first, up to a limit', async () => {
    const names = Array.from({ length: 80 }, (_, index) => `node-${index}`)
    const cluster = new SimulatedCluster([
      ...names.map(name => node(name)),
      ...names.map(name => failing(`on-${name}`, { node: name })),
      failing('second', { node: 'node-79' }),
      node('idle'),
      pod('healthy', { node: 'idle' }),
    ])
    const { nodes, gaps } = await read(cluster)
    expect(nodes).toHaveLength(32)
    expect(nodes.find(({ name }) => name === 'node-79')).toMatchObject({ runtime: 'containerd://2.1.4' })
    expect(nodes.map(({ name }) => name)).not.toContain('idle')
    expect(gaps).toEqual([])
  })

  test.each([
    [403, 16],
    [500, 32],
  ] as const)(
    'nodes that answer %i are no gap, and after a refusal no more are requested',
    async (status, asked) => {
      const names = Array.from({ length: 40 }, (_, index) => `node-${index}`)
      const cluster = new SimulatedCluster(names.map(name => failing(name, { node: name })))
      cluster.fail(/nodes/, status)
      const { nodes, gaps } = await read(cluster)
      expect({ nodes, gaps }).toEqual({ nodes: [], gaps: [] })
      expect(cluster.asked.filter(request => request.includes('nodes'))).toHaveLength(asked)
    },
  )

  test('many owners are read from one list', async () => {
    const cluster = new SimulatedCluster(
      Array.from({ length: 40 }, (_, index) => `rs-${index}`).flatMap(name => [
        failing(`${name}-a`, { owner: { ...REPLICA_SET, name } }),
        owned('ReplicaSet', name),
      ]),
    )
    const { owners } = await read(cluster)
    expect(owners).toHaveLength(40)
    expect(cluster.asked.filter(request => request.includes('replicasets'))).toEqual([
      'list /apis/apps/v1/namespaces/web/replicasets',
    ])
  })

  test('a list far longer than needed is stopped in favor of single reads', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `rs-${index}`)
    const cluster = new SimulatedCluster([
      ...names.map(name => failing(`${name}-a`, { owner: { ...REPLICA_SET, name }, labels: HASH })),
      ...Array.from({ length: 600 }, (_, index) => owned('ReplicaSet', `other-${index}`)),
      ...names.map(name => owned('ReplicaSet', name)),
    ])
    const { owners } = await read(cluster)
    expect(owners).toHaveLength(20)
    expect(cluster.asked.filter(request => request.startsWith('get /apis/apps'))).toHaveLength(20)
  })

  test.each([
    ['secrets', /\/secrets\//, 403, 'forbidden', 'forbidden'],
    ['secrets', /\/secrets\//, 500, 'failed', 'failed'],
    ['serviceaccounts', /\/serviceaccounts/, 403, 'forbidden', null],
    ['replicasets.apps', /\/replicasets/, 403, 'forbidden', null],
  ] as const)('%s that can’t be read leave a gap (%s, %i)', async (what, on, status, why, problem) => {
    const cluster = new SimulatedCluster([
      failing('shop', { ...withSecret('hub'), owner: REPLICA_SET }),
      secret('hub', 'x'),
      serviceAccount('default', []),
      owned('ReplicaSet', 'shop-1'),
    ])
    cluster.fail(on, status)
    const { gaps, pods, pullSecrets } = await read(cluster)
    expect(gaps).toMatchObject([{ what, namespace: 'web', why }])
    expect(pods).toHaveLength(1)
    expect(pullSecrets).toMatchObject([{ name: 'hub', problem }])
  })

  test('a missing secret is described as missing, without a gap', async () => {
    const { gaps, pullSecrets } = await read(new SimulatedCluster([failing('shop', withSecret('hub'))]))
    expect(pullSecrets).toMatchObject([{ namespace: 'web', name: 'hub', problem: 'missing' }])
    expect(gaps).toEqual([])
  })

  test('no password, token or encoded secret is anywhere in the snapshot', async () => {
    const canary = 'c4n4ry-passw0rd'
    const tokens = `Failed to pull: Authorization: Bearer ${canary} https://u:${canary}@hub/?token=${canary} dckr_pat_${canary}`
    const stored = secret('hub', canary)
    const cluster = new SimulatedCluster([
      failing('shop', withSecret('hub')),
      stored,
      event('shop', 'spec.containers{main}', tokens),
    ])
    const snapshot = await read(cluster)
    const text = JSON.stringify(snapshot)
    expect(snapshot.pullSecrets).toMatchObject([{ name: 'hub', entries: [{ username: 'mara' }] }])
    expect(text).not.toContain(canary)
    expect(text).not.toContain(stored.data['.dockerconfigjson'].slice(0, 40))
  })
})
