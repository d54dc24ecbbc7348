/** A cluster and its dump give the same snapshot: saving the state first must not change the diagnosis. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { readCluster } from '../../src/source/live/read-cluster.ts'
import type { Scope } from '../../src/source/suspects.ts'
import * as live from './cluster-objects.ts'
import { listOf, readJson } from './dumps.ts'
import { SimulatedCluster } from './simulated-cluster.ts'

const apps = (kind: string, name: string) => ({ apiVersion: 'apps/v1', kind, name })
const VERSIONS: Record<string, string> = {
  ReplicaSet: 'apps/v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
}
const templateOf = (app: string, image: string) => ({
  selector: { matchLabels: { app } },
  template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }] } },
})
const needs = (secret: string) => ({ imagePullSecrets: [{ name: secret }] })

const OBJECTS = [
  live.namespace('web'),
  live.namespace('other'),
  ...live.healthy(12),
  live.failing('shop-1', {
    owner: apps('ReplicaSet', 'shop-a'),
    labels: { app: 'shop' },
    spec: needs('hub'),
  }),
  live.failing('shop-2', { owner: apps('ReplicaSet', 'shop-a'), labels: { app: 'shop' }, phase: 'Unknown' }),
  live.failing('evicted', { phase: 'Failed' }),
  live.failing('away', { namespace: 'other', owner: apps('DaemonSet', 'agent') }),
  live.pod('waits-for-node', { node: null, phase: 'Pending', containers: {} }),
  live.failing('night', { owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'night-1' } }),
  live.SIDECAR_FAILS,
  live.pod('crashes', { containers: { main: 'CrashLoopBackOff' } }),
  live.pod('starts', { phase: 'Pending', containers: { main: 'ContainerCreating' } }),
  live.pod('starts-badly', { phase: 'Pending', containers: { main: 'ContainerCreating' } }),
  live.pod('done', { phase: 'Succeeded', containers: { main: 'Completed' } }),
  live.pod('debugged', { spec: { ephemeralContainers: [{ name: 'debug', image: 'alpine' }] } }),
  live.owned('ReplicaSet', 'shop-a', apps('Deployment', 'shop')),
  live.owned('Deployment', 'shop', { apiVersion: 'shop.example/v1', kind: 'Shop', name: 'main' }),
  live.owned('Job', 'night-1', { apiVersion: 'batch/v1', kind: 'CronJob', name: 'night' }),
  live.owned('CronJob', 'night'),
  live.failing('relay', { owner: apps('ReplicaSet', 'relay') }),
  { ...live.owned('ReplicaSet', 'relay'), spec: templateOf('relay', 'nginx:1.28') },
  live.failing('paused-6d4-x', {
    owner: apps('ReplicaSet', 'paused-6d4'),
    labels: { 'pod-template-hash': '6d4' },
  }),
  live.owned('ReplicaSet', 'paused-6d4', apps('Deployment', 'paused')),
  { ...live.owned('Deployment', 'paused'), spec: { ...templateOf('paused', 'nginx:1.28'), paused: true } },
  live.failing('redis-1', { owner: apps('StatefulSet', 'redis') }),
  {
    ...live.owned('StatefulSet', 'redis'),
    spec: { ...templateOf('redis', 'redis:7'), updateStrategy: { rollingUpdate: { partition: 2 } } },
  },
  live.owned('ReplicaSet', 'unrelated', apps('Deployment', 'unrelated')),
  live.node('node-1'),
  live.node('unrelated'),
  live.serviceAccount('default', ['team-login']),
  live.serviceAccount('default', [], 'other'),
  live.secret('hub', 'hunter2'),
  live.secret('team-login', 'hunter2'),
  live.secret('unnamed', 'hunter2'),
  live.event('shop-1', 'spec.containers{main}'),
  live.event('starts-badly', 'spec.containers{main}'),
  live.event('debugged', 'spec.ephemeralContainers{debug}'),
  live.event('gone', 'spec.containers{main}'),
].map(object => ({ apiVersion: VERSIONS[object.kind] ?? 'v1', ...object }))

describe('a cluster and the dump of it', () => {
  test.each<[string, Scope, string[]]>([
    [
      'everything',
      { namespaces: null },
      [
        'away',
        'debugged',
        'night',
        'paused-6d4-x',
        'redis-1',
        'relay',
        'shop-1',
        'shop-2',
        'sidecar',
        'starts-badly',
      ],
    ],
    ['one namespace', { namespaces: ['other'] }, ['away']],
    ['a label', { namespaces: ['web'], labelSelector: 'app=shop' }, ['shop-1', 'shop-2']],
    ['a healthy pod by name', { namespaces: ['web'], pod: 'healthy-3' }, ['healthy-3']],
  ])('give the same result for %s', async (_name, scope, names) => {
    const cluster = await readCluster(new SimulatedCluster(OBJECTS).reader, scope, {
      takenAt: '2026-01-01T00:01:00Z',
    })
    const dump = await readJson(listOf(...OBJECTS), scope)
    expect(without(dump)).toEqual(without(cluster))
    expect(dump.pods.map(({ name }) => name)).toEqual(names)
  })
})

const STATES = [
  'running',
  'ErrImagePull',
  'ContainerCreating',
  'CrashLoopBackOff',
  'failed to pull: x',
  'none',
]
const drafts = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom('web', 'other'),
    name: fc.constantFrom('a', 'b', 'c'),
    node: fc.constantFrom('n1', 'n2', null),
    phase: fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'),
    states: fc.tuple(fc.constantFrom(...STATES), fc.constantFrom(...STATES)),
    owner: fc.constantFrom(undefined, apps('ReplicaSet', 'shop-a'), apps('DaemonSet', 'agent')),
    secrets: fc.subarray(['hub', 'team-login']),
    labelled: fc.boolean(),
  }),
  { selector: ({ namespace, name }) => `${namespace}/${name}`, minLength: 1, maxLength: 5 },
)
const reports = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom('web', 'other'),
    pod: fc.constantFrom('a', 'b', 'gone'),
    field: fc.constantFrom('', 'spec.containers{first}', 'spec.containers{second}'),
    message: fc.constantFrom('Failed to pull image "first:1": 429', 'Error: ErrImagePull'),
  }),
  { selector: report => Object.values(report).join(' '), maxLength: 4 },
)
const SURROUNDINGS = ['web', 'other'].flatMap(namespace => [
  live.namespace(namespace),
  live.serviceAccount('default', ['team-login'], namespace),
  live.secret('hub', 'hunter2', namespace),
  live.secret('team-login', 'hunter2', namespace),
])

type Draft = Parameters<Parameters<typeof drafts.map>[0]>[0][number]

function podOf({ states, owner, secrets, labelled, ...place }: Draft) {
  const [first, second] = states.map(state => (state === 'running' ? null : state))
  const made = live.pod(place.name, {
    ...place,
    containers: { first: first ?? null, second: second ?? null },
    labels: labelled ? { app: 'shop' } : {},
    spec: { imagePullSecrets: secrets.map(name => ({ name })) },
    ...(owner === undefined ? {} : { owner }),
  })
  // A kubelet that has not started a container reports nothing about it, and a pod without a node has no kubelet.
  const isTold = (index: number) => states[index] !== 'none' && place.node !== null
  const statuses = made.status.containerStatuses.filter((_, index) => isTold(index))
  return { ...made, status: { ...made.status, containerStatuses: statuses } }
}

test('give the same result for any pods and events', async () => {
  const scopes = fc.constantFrom<Scope>({ namespaces: null }, { namespaces: null, labelSelector: 'app=shop' })
  await fc.assert(
    fc.asyncProperty(drafts, reports, scopes, async (pods, events, scope) => {
      const objects = [
        ...pods.map(podOf),
        ...events.map(({ pod, field, message, namespace }) => live.event(pod, field, message, namespace)),
        live.event('another', ''),
        live.owned('ReplicaSet', 'shop-a', apps('Deployment', 'shop')),
        ...SURROUNDINGS,
      ].map(object => ({ apiVersion: VERSIONS[object.kind] ?? 'v1', ...object }))
      const cluster = await readCluster(new SimulatedCluster(objects).reader, scope, {
        takenAt: '2026-01-01T00:01:00Z',
      })
      expect(without(await readJson(listOf(...objects), scope))).toEqual(without(cluster))
    }),
    { numRuns: 40 },
  )
})

/** Removes what is allowed to differ: the source, the time, and additional objects of a dump. */
function without({
  source: _s,
  takenAt: _t,
  elsewhere: _e,
  numberedLogins: _n,
  ...rest
}: Snapshot): Partial<Snapshot> {
  return rest
}
