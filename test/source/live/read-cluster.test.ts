/** A reading of a cluster finds every failing pod in its scope, whatever state hides it, and nothing else. */
import { describe, expect, test } from 'vitest'
import { readCluster } from '../../../src/source/live/read-cluster.ts'
import type { Scope } from '../../../src/source/snapshot-scope.ts'
import { event, failing, healthy, namespace, pod, SIDECAR_FAILS } from '../cluster-objects.ts'
import { FakeCluster } from '../fake-cluster.ts'

const read = (cluster: FakeCluster, scope: Partial<Scope> = {}) =>
  readCluster(cluster, { namespaces: ['web'], ...scope }, { takenAt: '2026-11-24T12:00:00Z' })
const everywhere = { namespaces: null }

describe('the pods of a reading', () => {
  test.each([
    ['waits to pull in phase Pending', failing('p'), true],
    ['is Running and a restarted container cannot be pulled', SIDECAR_FAILS, true],
    ['is Failed with a container that cannot be pulled', failing('p', { phase: 'Failed' }), true],
    ['waits with a reason in free text', pod('p', { containers: { a: 'couldn’t parse the secret' } }), true],
    ['is Running and ready', pod('p'), false],
    ['crashes', pod('p', { containers: { main: 'CrashLoopBackOff' } }), false],
    [
      'is being created without any failed pull',
      pod('p', { phase: 'Pending', containers: { main: 'ContainerCreating' } }),
      false,
    ],
    ['has succeeded', pod('p', { phase: 'Succeeded', containers: { main: 'Completed' } }), false],
    ['is not scheduled', failing('p', { node: null }), false],
  ])('a pod that %s', async (_what, object, found) => {
    const cluster = new FakeCluster([...healthy(40), object])
    const snapshot = await read(cluster)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(found ? [object.metadata.name] : [])
    expect(snapshot).toMatchObject({ podCount: 41, gaps: [], source: { type: 'cluster', context: 'prod' } })
  })

  test('one without a status is found once its events tell of a failed pull', async () => {
    const creating = pod('new', { phase: 'Pending', containers: { main: 'ContainerCreating' } })
    const snapshot = await read(
      new FakeCluster([...healthy(9), creating, event('new', 'spec.containers{main}')]),
    )
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['new'])
  })

  test('a ready pod is found by the failed pull of its ephemeral container, which no row shows', async () => {
    const quiet = pod('quiet', { spec: { ephemeralContainers: [{ name: 'debug', image: 'alpine' }] } })
    const cluster = new FakeCluster([
      ...healthy(40),
      quiet,
      event('quiet', 'spec.ephemeralContainers{debug}'),
    ])
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['quiet'])
    expect(snapshot.events).toMatchObject([{ fieldPath: 'spec.ephemeralContainers{debug}' }])
  })

  test('a failed image volume is found in the containers that mount it', async () => {
    const volumes = [{ name: 'data', image: { reference: 'acme/data:1' } }]
    const object = pod('mounts', {
      phase: 'Pending',
      containers: { main: 'ImagePullBackOff' },
      spec: { volumes },
    })
    object.spec.containers = [{ name: 'main', image: 'main:1', volumeMounts: [{ name: 'data' }] } as never]
    const [status] = object.status.containerStatuses
    if (status?.state.waiting) status.state.waiting.message = 'Back-off pulling image "acme/data:1"'
    const [found] = (await read(new FakeCluster([object]))).pods
    expect(found?.containers.find(({ kind }) => kind === 'volume')?.state).toMatchObject({ type: 'waiting' })
  })

  test('pods of one name in several namespaces are all found, and each once', async () => {
    const cluster = new FakeCluster([
      ...healthy(40),
      ...['a', 'b', 'c'].map(name => ({
        ...SIDECAR_FAILS,
        metadata: { ...SIDECAR_FAILS.metadata, namespace: name },
      })),
      failing('sidecar', { namespace: 'd' }),
    ])
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(found => found.namespace)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('events of other pods stay outside', async () => {
    const objects = [
      failing('p'),
      event('p', 'spec.containers{main}'),
      event('gone', 'spec.containers{main}'),
    ]
    const snapshot = await read(new FakeCluster(objects))
    expect(snapshot.events.map(found => found.pod)).toEqual(['p'])
  })

  test('labels select pods, and with them what counts', async () => {
    const cluster = new FakeCluster([failing('a', { labels: { app: 'shop' } }), failing('b'), ...healthy(3)])
    const snapshot = await read(cluster, { labelSelector: 'app=shop' })
    expect(snapshot).toMatchObject({ podCount: 1, pods: [{ name: 'a' }] })
  })
})

describe('one pod by name', () => {
  test('gets into the snapshot however healthy it is', async () => {
    const cluster = new FakeCluster([pod('shop'), failing('other'), event('shop', ''), event('other', '')])
    const snapshot = await read(cluster, { pod: 'shop' })
    expect(snapshot).toMatchObject({ podCount: 1, pods: [{ name: 'shop' }], events: [{ pod: 'shop' }] })
  })

  test('that does not exist is a wrong argument, named with its namespace', async () => {
    await expect(read(new FakeCluster([namespace('web')]), { pod: 'shopp' })).rejects.toThrow(
      /"shopp" in namespace "web"/,
    )
  })
})
