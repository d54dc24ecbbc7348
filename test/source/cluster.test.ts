/** A reading of a cluster finds every failing pod at a cost that follows them, and what it could not read is a gap or an error. */
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { ApiError } from '../../src/kubernetes/api-error.ts'
import { readCluster } from '../../src/source/cluster.ts'
import type { Scope } from '../../src/source/scope.ts'
import { event, failing, namespace, pod } from './cluster-objects.ts'
import { FakeCluster } from './fake-cluster.ts'

const read = (cluster: FakeCluster, scope: Partial<Scope> = {}) =>
  readCluster(cluster, { namespaces: ['web'], ...scope }, { takenAt: '2026-11-24T12:00:00Z' })
const everywhere = { namespaces: null }
const healthy = (count: number) => Array.from({ length: count }, (_, index) => pod(`healthy-${index}`))
const inFull = ({ asked }: FakeCluster) => asked.filter(request => /^list .*\/pods/.test(request))

const RUNNING_BUT_SIDECAR = pod('sidecar', { containers: { main: null, proxy: 'ErrImagePull' } })
const EVENT_SELECTED = event('quiet', 'spec.ephemeralContainers{debug}')

describe('the pods of a reading', () => {
  test.each([
    ['waits to pull in phase Pending', failing('p'), true],
    ['is Running and a restarted container cannot be pulled', RUNNING_BUT_SIDECAR, true],
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
    const cluster = new FakeCluster([...healthy(40), quiet, EVENT_SELECTED])
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
        ...RUNNING_BUT_SIDECAR,
        metadata: { ...RUNNING_BUT_SIDECAR.metadata, namespace: name },
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

describe('the cost of a reading', () => {
  test('few suspects are read one by one, by node and name', async () => {
    const cluster = new FakeCluster([...healthy(40), RUNNING_BUT_SIDECAR, failing('pending')])
    await read(cluster, everywhere)
    expect(inFull(cluster)).toEqual([
      'list /api/v1/pods?status.phase!=Running,status.phase!=Succeeded,spec.nodeName!=',
      'list /api/v1/pods?spec.nodeName=node-1,metadata.name=sidecar',
    ])
  })

  test.each<[string, (cluster: FakeCluster) => void, number]>([
    ['many suspects', () => {}, 30],
    [
      'columns in another order',
      cluster => {
        cluster.columns = ['Ready', 'Name']
      },
      1,
    ],
  ])('%s are read page by page', async (_what, prepare, suspects) => {
    const bad = Array.from({ length: suspects }, (_, index) => ({
      ...RUNNING_BUT_SIDECAR,
      metadata: { ...RUNNING_BUT_SIDECAR.metadata, name: `bad-${index}` },
    }))
    const cluster = new FakeCluster([...healthy(40), ...bad])
    prepare(cluster)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods).toHaveLength(suspects)
    expect(inFull(cluster)).toEqual([expect.stringContaining('status.phase'), 'list /api/v1/pods'])
  })

  test('a server without Tables is read all the same', async () => {
    const cluster = new FakeCluster([...healthy(40), RUNNING_BUT_SIDECAR, failing('pending')])
    cluster.plain = true
    const snapshot = await read(cluster)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['pending', 'sidecar'])
    expect(snapshot.podCount).toBe(42)
    expect(inFull(cluster)).toHaveLength(1)
  })
})

describe('what could not be read', () => {
  test.each([
    ['one suspect', /name=sidecar/, { status: 500 }, 'failed'],
    ['one suspect in time', /name=sidecar/, { status: 504 }, 'timeout'],
    ['the events', /\/events/, { status: 403 }, 'forbidden'],
    ['the events to their end', /\/events/, { status: 0, reason: 'Truncated', after: 1 }, 'truncated'],
  ])('%s leaves a gap, and the rest is found', async (_what, on, trouble, why) => {
    const cluster = new FakeCluster([
      ...healthy(40),
      RUNNING_BUT_SIDECAR,
      failing('pending'),
      event('pending', ''),
      event('x', ''),
    ])
    cluster.troubles = [{ on, ...trouble }]
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ namespace: 'web', why }])
    expect(snapshot.pods.map(({ name }) => name)).toContain('pending')
  })

  test('the list of those that do not run costs nothing but time, for their rows name them too', async () => {
    const cluster = new FakeCluster([...healthy(40), failing('pending'), failing('waiting')])
    cluster.troubles = [{ on: /status\.phase/, status: 500, after: 1 }]
    const snapshot = await read(cluster)
    expect(snapshot).toMatchObject({ pods: [{ name: 'pending' }, { name: 'waiting' }], gaps: [] })
  })

  test('a page that fails in the middle leaves a gap', async () => {
    const cluster = new FakeCluster([RUNNING_BUT_SIDECAR, ...healthy(2)])
    cluster.troubles = [{ on: /^list .*pods$/, status: 500, after: 1 }]
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', namespace: 'web', why: 'failed' }])
  })

  test('rows that end in the middle are an error, never a short list', async () => {
    const cluster = new FakeCluster([...healthy(40), RUNNING_BUT_SIDECAR])
    cluster.troubles = [{ on: /^table/, status: 0, reason: 'Truncated', after: 3 }]
    await expect(read(cluster)).rejects.toThrow(ApiError)
    await expect(read(cluster, everywhere)).rejects.toThrow(ApiError)
  })

  test('a list that expired half-way is a gap', async () => {
    const cluster = new FakeCluster([RUNNING_BUT_SIDECAR])
    cluster.expiring = /pods$/
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', why: 'expired' }])
    expect(snapshot.pods).toHaveLength(1)
  })

  test('without a valid login nothing is a gap: it is the error', async () => {
    const cluster = new FakeCluster([])
    cluster.troubles = [{ on: /events/, status: 401 }]
    await expect(read(cluster)).rejects.toThrow(ApiError)
  })
})

describe('a reading without permission for the whole cluster', () => {
  const objects = () => [
    ...['web', 'db', 'ops'].map(namespace),
    failing('shop'),
    failing('sql', { namespace: 'db' }),
    pod('bastion', { namespace: 'ops' }),
  ]
  const wide = { on: /^(list|table) \/api\/v1\/(pods|events)/, status: 403 }

  test('looks into each namespace, and names those that it may not look into', async () => {
    const cluster = new FakeCluster(objects())
    cluster.troubles = [wide, { on: /namespaces\/ops\/pods/, status: 403 }]
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['sql', 'shop'])
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', namespace: 'ops', why: 'forbidden' }])
    expect(snapshot.podCount).toBe(2)
  })

  test('keeps to its own namespace where it may not list namespaces', async () => {
    const cluster = new FakeCluster(objects())
    cluster.namespace = 'web'
    cluster.troubles = [wide, { on: /namespaces$/, status: 403 }]
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['shop'])
    expect(snapshot.gaps).toMatchObject([{ what: 'namespaces', namespace: null, why: 'forbidden' }])
  })

  test('that may not see a single pod is all gap, never healthy', async () => {
    const cluster = new FakeCluster(objects())
    cluster.troubles = [{ on: /pods/, status: 403 }]
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.gaps.map(gap => gap.namespace)).toEqual(['db', 'ops', 'web'])
  })

  test('but with pods for all asks for events where the suspects are', async () => {
    const cluster = new FakeCluster([...objects(), event('shop', 'spec.containers{main}')])
    cluster.troubles = [{ on: /^list \/api\/v1\/events/, status: 403 }]
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.events).toHaveLength(1)
    expect(snapshot.gaps).toMatchObject([{ what: 'events', namespace: null, why: 'forbidden' }])
    expect(cluster.asked.some(request => request.includes('/ops/events'))).toBe(false)
  })
})

describe('a scope that names what does not exist', () => {
  test.each([
    ['no such namespace', [], undefined, true],
    ['a namespace that it may not look at', [], 403, false],
    ['an empty namespace', [namespace('web')], undefined, false],
  ])('%s', async (_what, objects, status, isError) => {
    const cluster = new FakeCluster(objects)
    if (status !== undefined) cluster.troubles = [{ on: /namespaces\/web$/, status }]
    if (isError) await expect(read(cluster)).rejects.toThrow(UsageError)
    else expect((await read(cluster)).gaps).toEqual([])
  })
})

describe('one pod by name', () => {
  test('gets into the snapshot however healthy it is', async () => {
    const cluster = new FakeCluster([pod('shop'), failing('other'), event('shop', ''), event('other', '')])
    const snapshot = await read(cluster, { pod: 'shop' })
    expect(snapshot).toMatchObject({ podCount: 1, pods: [{ name: 'shop' }], events: [{ pod: 'shop' }] })
  })

  test('that does not exist is a wrong argument, named with its namespace', async () => {
    await expect(read(new FakeCluster([]), { pod: 'shopp' })).rejects.toThrow(/"shopp" in namespace "web"/)
  })
})
