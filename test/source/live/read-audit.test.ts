/** What an audit reads in a cluster: templates, what they reference, and what their pods show; whatever can't be read is a gap. */
import { describe, expect, test } from 'vitest'
import type { AuditSnapshot } from '../../../src/snapshot/audit-snapshot.ts'
import { readAudit } from '../../../src/source/live/read-audit.ts'
import { namespace, secret, serviceAccount } from '../cluster-objects.ts'
import { SimulatedCluster } from '../simulated-cluster.ts'

interface Made {
  owner?: { kind: string; name: string }
  spec?: object
  status?: object
  metadata?: object
}

const uid = (kind: string, name: string) => `uid-${kind}-${name}`

const object = (kind: string, name: string, { owner, spec, status, metadata }: Made) => ({
  kind,
  metadata: {
    namespace: 'web',
    name,
    uid: uid(kind, name),
    ...(owner && {
      ownerReferences: [
        { apiVersion: 'apps/v1', ...owner, uid: uid(owner.kind, owner.name), controller: true },
      ],
    }),
    ...metadata,
  },
  spec,
  status,
})

const containers = (image = 'acme/shop:1.0.0', policy = 'IfNotPresent') => [
  { name: 'main', image, imagePullPolicy: policy },
]
const template = (more: object = {}) => ({ template: { spec: { containers: containers(), ...more } } })

const pod = (
  name: string,
  owner: Made['owner'],
  more: { spec?: object; status?: object; labels?: object } = {},
) =>
  object('Pod', name, {
    ...(owner && { owner }),
    metadata: { labels: more.labels ?? {} },
    spec: { nodeName: 'node-1', serviceAccountName: 'default', containers: containers(), ...more.spec },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', ready: true, imageID: 'docker.io/acme/shop@sha256:1', state: { running: {} } },
      ],
      ...more.status,
    },
  })

const REPLICA_SET = { kind: 'ReplicaSet', name: 'shop-1' }
const SHOP = [
  object('Deployment', 'shop', { spec: template() }),
  object('ReplicaSet', 'shop-1', {
    owner: { kind: 'Deployment', name: 'shop' },
    spec: template(),
    status: { replicas: 1 },
  }),
]

function read(
  objects: object[],
  more: object = {},
  prepare: (cluster: SimulatedCluster) => void = () => {},
): Promise<AuditSnapshot> {
  const cluster = new SimulatedCluster([namespace('web'), ...objects])
  prepare(cluster)
  return readAudit(cluster.reader, {
    takenAt: '2026-11-29T00:00:00Z',
    namespaces: ['web'],
    labelSelector: null,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  })
}

const names = ({ workloads }: AuditSnapshot) => workloads.map(({ kind, name }) => `${kind} ${name}`)

describe('which workloads', () => {
  test('each through its topmost template, pods that nothing made as themselves', async () => {
    const scope = await read([
      ...SHOP,
      object('CronJob', 'tick', { spec: { schedule: '* * * * *', jobTemplate: { spec: template() } } }),
      object('Job', 'tick-1', { owner: { kind: 'CronJob', name: 'tick' }, spec: template() }),
      object('Job', 'once', { spec: { ...template(), activeDeadlineSeconds: 5 } }),
      object('ReplicaSet', 'own', { spec: template(), status: { replicas: 0 } }),
      pod('shop-1-a', REPLICA_SET),
      pod('bare', undefined),
      pod('done', undefined, { status: { phase: 'Succeeded' } }),
    ])
    expect(names(scope)).toEqual([
      'CronJob tick',
      'Deployment shop',
      'Job once',
      'Pod bare',
      'ReplicaSet own',
    ])
    expect(scope.workloads.map(({ hasDeadline }) => hasDeadline)).toEqual([false, null, true, null, null])
  })

  test('the image that Istio injects into a gateway is still to be filled in', async () => {
    const gateway = object('Deployment', 'gateway', { spec: template({ containers: containers('auto') }) })
    const { workloads } = await read([...SHOP, gateway])
    expect(workloads.map(({ containers: [container] }) => container?.placeholder)).toEqual([true, false])
  })

  test('labels select bare pods, too', async () => {
    const scope = await read([...SHOP, pod('a', undefined, { labels: { app: 'x' } }), pod('b', undefined)], {
      labelSelector: 'app=x',
    })
    expect(names(scope)).toEqual(['Pod a'])
  })
})

test('what pods show is reported for their workload', async () => {
  const waiting = { waiting: { reason: 'CrashLoopBackOff', message: '' } }
  const scope = await read([
    ...SHOP,
    pod('shop-1-a', REPLICA_SET, { spec: { containers: containers('acme/shop:1.0.0', 'Always') } }),
    pod('shop-1-b', REPLICA_SET, {
      spec: { nodeName: 'node-2', containers: containers('mirror/shop:1.0.0') },
    }),
    pod('shop-1-c', REPLICA_SET, {
      status: { containerStatuses: [{ name: 'main', imageID: 'x', state: waiting }] },
    }),
    object('Node', 'node-1', {
      status: { nodeInfo: { kubeletVersion: 'v1.35.0', operatingSystem: 'linux', architecture: 'arm64' } },
    }),
    object('Node', 'node-2', {
      spec: { unschedulable: true },
      status: { nodeInfo: { kubeletVersion: 'v1.34.1' } },
    }),
    object('Node', 'node-3', {
      spec: { taints: [{ key: 'control-plane', effect: 'NoSchedule' }] },
      status: { images: [{ names: ['docker.io/acme/shop@sha256:1', 'docker.io/acme/shop:1.0.0'] }] },
    }),
  ])
  expect(scope.observations).toEqual([
    {
      workloadUid: 'uid-Deployment-shop',
      container: 'main',
      nodes: ['node-1', 'node-3'],
      rewritten: { pod: 'shop-1-b', image: 'mirror/shop:1.0.0' },
      forced: { pod: 'shop-1-a' },
      crashing: { pod: 'shop-1-c' },
    },
  ])
  expect(scope.nodes).toEqual({
    schedulable: ['node-1'],
    kubelets: ['v1.34.1', 'v1.35.0'],
    platforms: ['linux/arm64'],
  })
})

test('a list of pull secrets that lost entries of the template was changed, one that got more was not', async () => {
  const own = template({ imagePullSecrets: [{ name: 'a' }, { name: 'b' }] })
  const set = (name: string) =>
    object('ReplicaSet', name, { owner: { kind: 'Deployment', name }, spec: own, status: { replicas: 1 } })
  const of = (name: string, secrets: string[]) =>
    pod(
      `${name}-pod`,
      { kind: 'ReplicaSet', name },
      { spec: { imagePullSecrets: secrets.map(each => ({ name: each })) } },
    )
  const scope = await read([
    ...['lost', 'more'].flatMap(name => [object('Deployment', name, { spec: own }), set(name)]),
    of('lost', ['b']),
    of('more', ['a', 'b', 'c']),
  ])
  expect(scope.secretsChanged).toEqual([
    { workloadUid: 'uid-Deployment-lost', pod: 'lost-pod', expected: ['a', 'b'], found: ['b'] },
  ])
})

test('pods of an older revision are not held against the template', async () => {
  const older = containers('acme/shop:0.9.0')
  const scope = await read([
    object('StatefulSet', 'db', { spec: template(), status: { updateRevision: 'db-2' } }),
    pod(
      'db-0',
      { kind: 'StatefulSet', name: 'db' },
      { labels: { 'controller-revision-hash': 'db-1' }, spec: { containers: older } },
    ),
    object('DaemonSet', 'agent', {
      metadata: { generation: 2 },
      spec: template(),
      status: { observedGeneration: 2, updatedNumberScheduled: 1, desiredNumberScheduled: 3 },
    }),
    pod('agent-a', { kind: 'DaemonSet', name: 'agent' }, { spec: { containers: older } }),
  ])
  expect(scope.observations.filter(({ rewritten }) => rewritten !== null)).toEqual([])
  expect(scope.workloads.find(({ kind }) => kind === 'DaemonSet')?.nodes).toBe(3)
})

test('secrets of templates and accounts are described, each read once by its name, and no secret text is kept', async () => {
  const seen: unknown[] = []
  const scope = await read(
    [
      object('Deployment', 'shop', {
        spec: template({ imagePullSecrets: [{ name: 'own' }, { name: 'gone' }] }),
      }),
      object('Deployment', 'api', { spec: template() }),
      serviceAccount('default', ['hub']),
      secret('own', 'canary'),
      secret('hub', 'canary'),
      secret('other', 'canary'),
    ],
    { onPullSecret: (raw: unknown) => seen.push(raw) },
  )
  expect(scope.pullSecrets.map(({ name, problem }) => `${name} ${problem}`).sort()).toEqual([
    'gone missing',
    'hub null',
    'own null',
  ])
  expect(seen).toHaveLength(2)
  expect(JSON.stringify(scope)).not.toContain('canary')
})

describe('what can’t be read', () => {
  test('leaves a gap, and the rest is audited', async () => {
    const scope = await read(SHOP, {}, cluster => {
      cluster.fail(/cronjobs|list .*pods/, 403)
    })
    expect(names(scope)).toEqual(['Deployment shop'])
    expect(scope.gaps.map(({ what, why }) => `${what} ${why}`).sort()).toEqual([
      'cronjobs.batch forbidden',
      'pods forbidden',
    ])
  })

  test('nodes leave none: they only make findings more exact', async () => {
    const scope = await read(SHOP, {}, cluster => {
      cluster.fail(/nodes/, 403)
    })
    expect(scope.nodes).toBeNull()
    expect(scope.gaps).toEqual([])
  })

  test('without permission for all namespaces at once they are read one by one', async () => {
    const scope = await read(SHOP, { namespaces: null }, cluster => {
      cluster.fail(/^list (?!.*namespaces)/, 403)
    })
    expect(names(scope)).toEqual(['Deployment shop'])
    expect(scope.gaps.filter(({ namespace: place }) => place === null)).toEqual([])
  })

  test('where nothing can be read, each kind has a gap', async () => {
    const scope = await read(SHOP, { namespaces: null }, cluster => {
      cluster.fail(/./, 403)
    })
    expect(scope.workloads).toEqual([])
    expect(scope.gaps.map(({ what }) => what)).toContain('deployments.apps')
  })

  test('a namespace that does not exist is wrong usage', async () => {
    await expect(read([], { namespaces: ['nowhere'] })).rejects.toThrow('There is no namespace "nowhere"')
  })

  test('a cluster that serves nothing at all is an error', async () => {
    const failing = read(SHOP, {}, cluster => {
      cluster.fail(/./, 500)
    })
    await expect(failing).rejects.toMatchObject({ status: 500 })
  })
})
