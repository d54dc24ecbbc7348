/** Without full permission, everything readable is read and the rest is reported; a scope that does not exist is an error. */
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { event, failing, namespace, pod } from '../cluster-objects.ts'
import { everywhere, read, SimulatedCluster } from '../simulated-cluster.ts'

describe('a reading without permission for the whole cluster', () => {
  const objects = () => [
    ...['web', 'db', 'ops'].map(namespace),
    failing('shop'),
    failing('sql', { namespace: 'db' }),
    pod('bastion', { namespace: 'ops' }),
  ]
  const wide = /^(list|table) \/api\/v1\/(pods|events)/

  test("reads each namespace and names those that it can't read", async () => {
    const cluster = new SimulatedCluster(objects())
    cluster.fail(wide, 403)
    cluster.fail(/namespaces\/ops\/pods/, 403)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['sql', 'shop'])
    expect(snapshot.gaps).toMatchObject([{ what: 'pods', namespace: 'ops', why: 'forbidden' }])
    expect(snapshot.podCount).toBe(2)
  })

  test("reads only its own namespace if it can't list namespaces", async () => {
    const cluster = new SimulatedCluster(objects(), { namespace: 'web' })
    cluster.fail(wide, 403)
    cluster.fail(/namespaces$/, 403)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['shop'])
    expect(snapshot.gaps).toMatchObject([{ what: 'namespaces', namespace: null, why: 'forbidden' }])
  })

  test("that can't read a single pod is all gaps, never healthy", async () => {
    const cluster = new SimulatedCluster(objects())
    cluster.fail(/pods/, 403)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.gaps.map(gap => gap.namespace)).toEqual(['db', 'ops', 'web'])
  })

  test('but with pods for all of it reads events in the namespaces of suspects', async () => {
    const cluster = new SimulatedCluster([...objects(), event('shop', 'spec.containers{main}')])
    cluster.fail(/^list \/api\/v1\/events/, 403)
    const snapshot = await read(cluster, everywhere)
    expect(snapshot.events).toHaveLength(1)
    expect(snapshot.gaps).toMatchObject([{ what: 'events', namespace: null, why: 'forbidden' }])
    expect(cluster.asked.some(request => request.includes('/ops/events'))).toBe(false)
  })

  test('but with pods for all of it reports a namespace whose events fail on their own', async () => {
    const cluster = new SimulatedCluster(objects())
    cluster.fail(/^list \/api\/v1\/events/, 403)
    cluster.fail(/namespaces\/db\/events/, 500)
    const { gaps } = await read(cluster, everywhere)
    expect(gaps.filter(({ what }) => what === 'events')).toMatchObject([
      { namespace: null, why: 'forbidden' },
      { namespace: 'db', why: 'failed' },
    ])
  })
})

describe('a scope with names that do not exist', () => {
  test.each([
    ['no such namespace', [], undefined, true],
    ['a namespace that it has no permission to read', [], 403, false],
    ['an empty namespace', [namespace('web')], undefined, false],
  ] as const)('%s', async (_what, objects, fault, isError) => {
    const cluster = new SimulatedCluster([...objects])
    if (fault !== undefined) cluster.fail(/namespaces\/web$/, fault)
    if (isError) await expect(read(cluster)).rejects.toThrow(UsageError)
    else expect((await read(cluster)).gaps).toEqual([])
  })
})
