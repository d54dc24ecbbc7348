/** A dump's time is the newest time in it: ages are relative to that, not to the day of the diagnosis. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { event, failing, listOf, pod, readJson } from './dumps.ts'

// The tests' dumps are read on 2026-01-01T00:01:00Z.
const OLD = { metadata: { creationTimestamp: '2025-11-03T08:00:00Z' } }
const taken = async (...objects: unknown[]) => (await readJson(listOf(failing('a', OLD), ...objects))).takenAt
const node = (status: object) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status })
const of = (metadata: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', ...metadata } })

test.each<[string, object]>([
  ['when an object was made', of({ creationTimestamp: '2025-11-03T09:30:00Z' })],
  ['when a field was written', of({ managedFields: [{}, { time: '2025-11-03T09:30:00Z' }] })],
  ['an event', event('a', 'x', { lastTimestamp: '2025-11-03T09:30:00Z' })],
  [
    'an event of a series',
    event('a', 'x', { lastTimestamp: null, series: { lastObservedTime: '2025-11-03T09:30:00.000000Z' } }),
  ],
  [
    "a node's heartbeat",
    node({ conditions: [{ type: 'Ready', lastHeartbeatTime: '2025-11-03T09:30:00Z' }] }),
  ],
  [
    'a lease',
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'n' },
      spec: { renewTime: '2025-11-03T09:30:00Z' },
    },
  ],
  ['a time with an offset', of({ creationTimestamp: '2025-11-03T11:30:00+02:00' })],
])('the newest moment dates the dump: %s', async (_name, object) => {
  const still = pod('b', undefined, OLD)
  const { status: _, ...quiet } = still
  expect(await taken({ ...quiet, status: { phase: 'Running' } }, object)).toBe('2025-11-03T09:30:00.000Z')
})

test("a container's start dates the dump", async () => {
  const status = {
    phase: 'Running',
    containerStatuses: [{ name: 'c', state: { running: { startedAt: '2025-11-03T09:30:00Z' } } }],
  }
  expect(await taken({ ...pod('b'), status })).toBe('2025-11-03T09:30:00.000Z')
})

test('a future time, from a wrong clock or a planned end, is ignored', async () => {
  const late = event('a', 'x', { lastTimestamp: '2031-01-01T00:00:00Z' })
  const ending = of({ deletionTimestamp: '2025-12-24T00:00:00Z', creationTimestamp: 'yesterday' })
  expect(await taken(late, ending)).toBe('2025-11-03T08:00:00.000Z')
})

test('a dump without any times is taken now', async () => {
  expect((await readJson(listOf(failing('a'), listOf()))).takenAt).toBe('2026-01-01T00:01:00Z')
})

test('the order of its objects does not matter', async () => {
  const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(seconds, async offsets => {
      const times = offsets.map(offset => new Date(Date.UTC(2025, 10, 4) + offset * 1000).toISOString())
      const events = times.map((time, index) =>
        event('a', `x${index}`, { lastTimestamp: time.replace('.000', '') }),
      )
      expect(await taken(...events)).toBe(times.toSorted().at(-1))
    }),
    { numRuns: 30 },
  )
})
