/** The cost of reading pods depends on the failing ones, and what can't be read is a gap or an error, never a short list. */
import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../../src/errors.ts'
import { ApiError } from '../../../src/kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../../src/kubernetes/api/cluster.ts'
import { readCluster } from '../../../src/source/live/read-cluster.ts'
import { inPagesOf, withColumns, withoutTables } from '../../simulator/ways.ts'
import { event, failing, healthy, pod, SIDECAR_FAILS } from '../cluster-objects.ts'
import { everywhere, read, SimulatedCluster } from '../simulated-cluster.ts'

const inFull = ({ asked }: SimulatedCluster) => asked.filter(request => /^list .*\/pods/.test(request))

test('a suspect is found although a pod with its name and node, ready in another phase, was already read in full', async () => {
  const suspect = SIDECAR_FAILS
  const twin = pod(suspect.metadata.name, { namespace: 'other', phase: 'Unknown' })
  const cluster = new SimulatedCluster([...healthy(20), twin, suspect])
  expect((await read(cluster, everywhere)).pods).toMatchObject([{ namespace: 'web', name: 'sidecar' }])
})

describe('the cost of a reading', () => {
  test('few suspects are read one by one, by node and name', async () => {
    const cluster = new SimulatedCluster([...healthy(40), SIDECAR_FAILS, failing('pending')])
    await read(cluster, everywhere)
    expect(inFull(cluster)).toEqual([
      'list /api/v1/pods?status.phase!=Running,status.phase!=Succeeded,status.phase!=Failed,spec.nodeName!=',
      'list /api/v1/pods?spec.nodeName=node-1,metadata.name=sidecar',
    ])
  })

  const NOT_RUNNING = expect.stringContaining('status.phase!=Running')
  const BEGUN = 'list /api/v1/pods?status.phase!=Pending,status.phase!=Unknown'
  const many = Array.from({ length: 30 }, (_, index) => ({
    ...SIDECAR_FAILS,
    metadata: { ...SIDECAR_FAILS.metadata, name: `bad-${index}` },
  }))

  test('many suspects that have started are read in one list, and nothing twice', async () => {
    const cluster = new SimulatedCluster([...healthy(40), ...many, failing('pending')])
    expect((await read(cluster, everywhere)).pods).toHaveLength(31)
    expect(inFull(cluster)).toEqual([NOT_RUNNING, BEGUN])
  })

  test('those that were restarted are read without waiting for the pending ones', async () => {
    const restarted = many.map(({ status, ...bad }) => {
      const containerStatuses = status.containerStatuses.map(each => ({ ...each, restartCount: 2 }))
      return { ...bad, status: { ...status, containerStatuses } }
    })
    const cluster = new SimulatedCluster([...healthy(40), ...restarted, failing('pending')])
    const begun = Promise.withResolvers<void>()
    const list: ClusterReader['list'] = async (path, options, visit) => {
      if (options.fieldSelector?.startsWith('status.phase!=Pending')) begun.resolve()
      if (options.fieldSelector?.startsWith('status.phase!=Running')) await begun.promise
      return cluster.reader.list(path, options, visit)
    }
    const reader = new Proxy(cluster.reader, {
      get: (target, name) => (name === 'list' ? list : Reflect.get(target, name, target)),
    })
    const { pods } = await readCluster(reader, { namespaces: null }, { takenAt: '2026-11-24T12:00:00Z' })
    expect(pods).toHaveLength(31)
    expect(inFull(cluster)).toHaveLength(2)
  })

  test('if that list fails, they are read one by one', async () => {
    const cluster = new SimulatedCluster([...healthy(40), ...many], inPagesOf(7))
    cluster.fail(/phase!=Pending.* \(next page\)$/, 500)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods).toHaveLength(30)
    expect(snapshot.gaps).toEqual([])
    expect(inFull(cluster)).toHaveLength(32)
  })

  test("if rows can't be parsed, every pod is read, page by page", async () => {
    const cluster = new SimulatedCluster([...healthy(40), SIDECAR_FAILS], withColumns('Ready', 'Name'))
    expect((await read(cluster, everywhere)).pods).toHaveLength(1)
    expect(inFull(cluster)).toEqual([NOT_RUNNING, 'list /api/v1/pods'])
  })

  test('a server without Tables is read all the same', async () => {
    const cluster = new SimulatedCluster([...healthy(40), SIDECAR_FAILS, failing('pending')], withoutTables)
    const snapshot = await read(cluster)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['pending', 'sidecar'])
    expect(snapshot.podCount).toBe(42)
    expect(inFull(cluster)).toHaveLength(1)
  })
})

describe('what could not be read', () => {
  test.each([
    ['one suspect', /name=sidecar/, 500, 'failed'],
    ['one suspect in time', /name=sidecar/, 504, 'timeout'],
    ['the events', /\/events/, 403, 'forbidden'],
    ['the events to their end', /\/events/, 'truncated', 'truncated'],
  ] as const)('%s leaves a gap, and the rest is found', async (_what, on, fault, why) => {
    const cluster = new SimulatedCluster([
      ...healthy(40),
      SIDECAR_FAILS,
      failing('pending'),
      event('pending', ''),
      event('x', ''),
    ])
    cluster.fail(on, fault)
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ namespace: 'web', why }])
    expect(snapshot.pods.map(({ name }) => name)).toContain('pending')
  })

  test('a failure of the list of pods that do not run loses nothing, because their rows name them too', async () => {
    const objects = [...healthy(40), failing('pending'), failing('waiting')]
    const cluster = new SimulatedCluster(objects, inPagesOf(1))
    cluster.fail(/status\.phase.* \(next page\)$/, 500)
    const snapshot = await read(cluster)
    expect(snapshot).toMatchObject({ pods: [{ name: 'pending' }, { name: 'waiting' }], gaps: [] })
    expect(inFull(cluster).at(-1)).toContain('metadata.name=waiting')
  })

  test('a page that fails halfway leaves a gap', async () => {
    const way = { ...withColumns('Ready', 'Name'), ...inPagesOf(1) }
    const cluster = new SimulatedCluster([SIDECAR_FAILS, ...healthy(2)], way)
    cluster.fail(/^list .*pods \(next page\)$/, 500)
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', namespace: 'web', why: 'failed' }])
  })

  test('rows that end halfway are an error, never a short list', async () => {
    const cluster = new SimulatedCluster([...healthy(40), SIDECAR_FAILS])
    cluster.fail(/^table/, 'truncated')
    await expect(read(cluster)).rejects.toThrow(ApiError)
    await expect(read(cluster, everywhere)).rejects.toThrow(ApiError)
  })

  test('a list that expires halfway is a gap', async () => {
    const way = { ...inPagesOf(1), isForgetful: true }
    const cluster = new SimulatedCluster([SIDECAR_FAILS, ...healthy(2)], way)
    const snapshot = await read(cluster)
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', why: 'expired' }])
    expect(snapshot.pods).toHaveLength(1)
  })

  test('an invalid login is an error, not a gap', async () => {
    const cluster = new SimulatedCluster([])
    cluster.fail(/events/, 401)
    await expect(read(cluster)).rejects.toThrow(UnreachableError)
  })
})
