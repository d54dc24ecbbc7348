/** A reading finds every failing pod in its scope, whatever state hides it, and nothing else. */
import { describe, expect, test } from 'vitest'
import { event, failing, healthy, namespace, pod, SIDECAR_FAILS } from '../cluster-objects.ts'
import { everywhere, read, SimulatedCluster } from '../simulated-cluster.ts'

describe('the pods of a reading', () => {
  test.each([
    ['waits to pull in phase Pending', failing('p'), true],
    ['is Running and a restarted container cannot be pulled', SIDECAR_FAILS, true],
    ['was evicted while its container still reports a failed pull', failing('p', { phase: 'Failed' }), false],
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
    const cluster = new SimulatedCluster([...healthy(40), object])
    const snapshot = await read(cluster)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(found ? [object.metadata.name] : [])
    expect(snapshot).toMatchObject({ podCount: 41, gaps: [], source: { type: 'cluster', context: 'test' } })
  })

  test('a pod without a status is found if its events report a failed pull', async () => {
    const creating = pod('new', { phase: 'Pending', containers: { main: 'ContainerCreating' } })
    const snapshot = await read(
      new SimulatedCluster([...healthy(9), creating, event('new', 'spec.containers{main}')]),
    )
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['new'])
  })

  describe("a pod whose sandbox can't be created", () => {
    const creating = pod('new', { phase: 'Pending', containers: { main: 'ContainerCreating' } })
    const sandbox = (error: string) => ({
      ...event('new', '', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${error}`),
      reason: 'FailedCreatePodSandBox',
    })
    const overImage = sandbox('failed to get sandbox image "pause:3": failed to pull image "pause:3": EOF')
    const begun = {
      ...event('new', 'spec.containers{main}', 'Pulling image "main:1"'),
      reason: 'Pulling',
      lastTimestamp: '2026-11-24T11:59:00Z',
    }
    test.each([
      ['is found if the failure is about its image', [overImage], ['new']],
      ['is skipped if the failure is about its network', [sandbox('failed to setup network: EOF')], []],
      ['is checked for progress since then', [overImage, begun], ['new']],
    ])('%s', async (_what, events, names) => {
      const cluster = new SimulatedCluster([...healthy(9), creating, ...events])
      const snapshot = await read(cluster, everywhere)
      expect(snapshot.pods.map(({ name }) => name)).toEqual(names)
      expect(snapshot.events).toHaveLength(names.length === 0 ? 0 : events.length)
      expect(snapshot.gaps).toEqual([])
    })

    test('is found among running pods after a node restart', async () => {
      const ended = pod('new', { containers: { main: 'Completed' } })
      const status = { ...ended.status, conditions: [{ type: 'PodReadyToStartContainers', status: 'False' }] }
      const cluster = new SimulatedCluster([...healthy(40), { ...ended, status }, overImage])
      expect((await read(cluster, everywhere)).pods.map(({ name }) => name)).toEqual(['new'])
    })
  })

  test('slow pulls are looked up for the youngest waiting pods, and nothing that these name is read', async () => {
    const creating = (index: number) => {
      const made = pod(`new-${index}`, { phase: 'Pending', containers: { main: 'ContainerCreating' } })
      const creationTimestamp = `2026-11-24T11:${String(index + 10)}:00Z`
      return { ...made, metadata: { ...made.metadata, creationTimestamp } }
    }
    const pulling = (index: number) => ({
      ...event(`new-${index}`, 'spec.containers{main}', 'Pulling image "main:1"'),
      reason: 'Pulling',
    })
    const pods = Array.from({ length: 12 }, (_, index) => index)
    const cluster = new SimulatedCluster([...healthy(9), ...pods.map(creating), ...pods.map(pulling)])
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name).sort()).toEqual(
      pods
        .slice(4)
        .map(index => `new-${index}`)
        .sort(),
    )
    expect(cluster.asked.filter(request => /involvedObject\.name/.test(request))).toHaveLength(8)
    expect(cluster.asked.filter(request => /serviceaccounts|nodes/.test(request))).toEqual([])
  })

  test('a ready pod is found by the failed pull of its ephemeral container, which no row shows', async () => {
    const quiet = pod('quiet', { spec: { ephemeralContainers: [{ name: 'debug', image: 'alpine' }] } })
    const cluster = new SimulatedCluster([
      ...healthy(40),
      quiet,
      event('quiet', 'spec.ephemeralContainers{debug}'),
    ])
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['quiet'])
    expect(snapshot.events).toMatchObject([{ fieldPath: 'spec.ephemeralContainers{debug}' }])
  })

  test('a ready pod with a failed ephemeral container that can no longer be read is a gap', async () => {
    const cluster = new SimulatedCluster([pod('quiet'), event('quiet', 'spec.ephemeralContainers{debug}')])
    cluster.fail(/metadata\.name=quiet/, 403)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods).toEqual([])
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', namespace: null, why: 'forbidden' }])
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
    const [found] = (await read(new SimulatedCluster([object]))).pods
    expect(found?.containers.find(({ kind }) => kind === 'volume')?.state).toMatchObject({ type: 'waiting' })
  })

  test('pods with one name in several namespaces are all found, each once', async () => {
    const cluster = new SimulatedCluster([
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

  test('events of other pods are dropped', async () => {
    const objects = [
      failing('p'),
      event('p', 'spec.containers{main}'),
      event('gone', 'spec.containers{main}'),
    ]
    const snapshot = await read(new SimulatedCluster(objects))
    expect(snapshot.events.map(found => found.pod)).toEqual(['p'])
  })

  test('labels select pods and what is counted', async () => {
    const cluster = new SimulatedCluster([
      failing('a', { labels: { app: 'shop' } }),
      failing('b'),
      ...healthy(3),
    ])
    const snapshot = await read(cluster, { labelSelector: 'app=shop' })
    expect(snapshot).toMatchObject({ podCount: 1, pods: [{ name: 'a' }] })
  })
})

describe('one pod by name', () => {
  test('is in the snapshot even if it is healthy', async () => {
    const cluster = new SimulatedCluster([
      pod('shop'),
      failing('other'),
      event('shop', ''),
      event('other', ''),
    ])
    const snapshot = await read(cluster, { pod: 'shop' })
    expect(snapshot).toMatchObject({ podCount: 1, pods: [{ name: 'shop' }], events: [{ pod: 'shop' }] })
  })

  test('that does not exist is a usage error with its namespace', async () => {
    await expect(read(new SimulatedCluster([namespace('web')]), { pod: 'shopp' })).rejects.toThrow(
      /"shopp" not found in namespace "web"/,
    )
  })
})
