/** Lists and Tables: every item once, in pages or at once, and never silently incomplete. */

import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/kubernetes/api/cluster.ts'
import { one, shapeOf } from '../../../src/protobuf/shape.ts'
import { protobufFromJson } from '../../../src/simulator/api-server/protobuf.ts'
import { fakeConnection, type ScriptedAnswer, writerOn } from '../fake-connection.ts'

const pod = (name: string) => ({ metadata: { name, namespace: 'web', uid: `uid-${name}` } })
const podList = (names: string, metadata = {}): ScriptedAnswer => ({
  body: { kind: 'PodList', metadata: { resourceVersion: '7', ...metadata }, items: [...names].map(pod) },
})
const EXPIRED = { kind: 'Status', reason: 'Expired', message: 'too old', code: 410 }
const nameOf = ({ metadata }: KubernetesObject) => (metadata as { name: string }).name

async function listed(answers: (ScriptedAnswer | Error)[], limit = 2) {
  const connection = fakeConnection((_request, index) => answers[index] ?? new Error('asked too often'))
  const names: string[] = []
  const result = writerOn(connection).list('/api/v1/pods', { limit }, item => names.push(nameOf(item)))
  return { outcome: await result.catch((error: unknown) => error), names: names.join(''), connection }
}

describe('listing', () => {
  test('pages are followed to the last one, with the same selectors', async () => {
    const answers = [podList('ab', { continue: 'X' }), podList('', { continue: 'Y' }), podList('c')]
    const connection = fakeConnection((_request, index) => answers[index] ?? new Error('asked too often'))
    const names: string[] = []
    const options = { limit: 2, labelSelector: 'a in (b,c)', fieldSelector: 'status.phase!=Running' }
    const result = await writerOn(connection).list('/api/v1/pods', options, item => names.push(nameOf(item)))
    expect(result).toEqual({ count: 3, resourceVersion: '7', inconsistent: false })
    expect(names).toEqual(['a', 'b', 'c'])
    const same = '/api/v1/pods?labelSelector=a+in+%28b%2Cc%29&fieldSelector=status.phase%21%3DRunning&limit=2'
    expect(connection.asked.map(({ path }) => path)).toEqual([
      same,
      `${same}&continue=X`,
      `${same}&continue=Y`,
    ])
  })

  test.each([
    ['empty pages', ''],
    ['pages', 'a'],
  ])('%s without end are an error', { timeout: 60_000 }, async (_what, names) => {
    const connection = fakeConnection((_request, index) => podList(names, { continue: `T${index}` }))
    const listing = writerOn(connection).list('/api/v1/pods', { limit: 1 }, () => {})
    await expect(listing).rejects.toMatchObject({ reason: 'Truncated' })
    expect(connection.asked.length).toBeLessThan(5_100)
  })

  test('objects and lists in a row are not buffered', async () => {
    const two = { kind: 'PodList', metadata: {}, items: [] }
    const connection = fakeConnection(() => ({ body: `${JSON.stringify(two)}${JSON.stringify(two)}` }))
    const cluster = writerOn(connection)
    await expect(cluster.list('/api/v1/pods', {}, () => {})).rejects.toMatchObject({
      reason: 'InvalidAnswer',
    })
    await expect(cluster.get('/api/v1/pods/x')).rejects.toMatchObject({ reason: 'InvalidAnswer' })
  })

  test('an expired token is replaced by the one the server offers, and the result is marked inconsistent', async () => {
    const expired = { status: 410, body: { ...EXPIRED, metadata: { continue: 'NEW' } } }
    const { outcome, names, connection } = await listed([
      podList('ab', { continue: 'OLD' }),
      expired,
      podList('c'),
    ])
    expect(outcome).toMatchObject({ count: 3, inconsistent: true })
    expect(names).toBe('abc')
    expect(connection.asked.at(-1)?.path).toBe('/api/v1/pods?limit=2&continue=NEW')
  })

  test('without a replacement the list is read again in one response, and no item is visited twice', async () => {
    const answers = [podList('ab', { continue: 'OLD' }), { status: 410, body: EXPIRED }, podList('abcd')]
    const { outcome, names, connection } = await listed(answers)
    expect(outcome).toMatchObject({ count: 4, inconsistent: true })
    expect(names).toBe('abcd')
    expect(connection.asked.at(-1)?.path).toBe('/api/v1/pods')
  })

  test('a Table whose token expired fails, because its rows have no names to compare', async () => {
    const row = { body: { kind: 'Table', metadata: { continue: 'OLD' }, rows: [{ cells: ['a'] }] } }
    const connection = fakeConnection((_request, index) =>
      index === 0 ? row : { status: 410, body: EXPIRED },
    )
    const result = writerOn(connection).table(
      '/api/v1/pods',
      { limit: 1 },
      () => {},
      () => {},
    )
    await expect(result).rejects.toMatchObject({ status: 410, reason: 'Expired', message: 'too old' })
  })

  test.each<[string, ScriptedAnswer, string]>([
    ['whose connection breaks', { ...podList('a'), breaks: new Error('other side closed') }, 'Truncated'],
    [
      'that stops in the middle',
      { body: '{"kind":"PodList","items":[{"metadata":{"name":"c"}}' },
      'Truncated',
    ],
    ['that is empty', { body: '' }, 'InvalidAnswer'],
    ['that promises more', podList('a', { remainingItemCount: 4 }), 'Truncated'],
    ['of the page before, over and over', podList('a', { continue: 'X' }), 'Truncated'],
    ['that is a login page', { body: '<html>Please log in</html>' }, 'InvalidAnswer'],
    ['with an item that is not an object', { body: '{"items":[null]}' }, 'InvalidAnswer'],
    ['whose items are something else', { body: { items: {} } }, 'InvalidAnswer'],
    ['that is a list of another program', { body: { kind: 'Page', items: [] } }, 'InvalidAnswer'],
    ['that is not a list', { body: { kind: 'Pod', metadata: {} } }, 'InvalidAnswer'],
  ])('a response %s is an error, not a shorter list', async (_what, answer, reason) => {
    const { outcome, connection } = await listed([podList('ab', { continue: 'X' }), answer])
    expect(outcome).toMatchObject({ name: 'ApiError', status: 0, reason, path: '/api/v1/pods' })
    expect(connection.asked).toHaveLength(2)
  })

  test('the items of an empty list can be null', async () => {
    const { outcome } = await listed([{ body: '{"kind":"List","items":null,"metadata":{}}' }])
    expect(outcome).toMatchObject({ count: 0 })
  })

  test('an error thrown by the visitor ends the list and releases the response', async () => {
    const connection = fakeConnection(() => podList('abc'))
    const stop = new Error('enough')
    const result = writerOn(connection).list('/api/v1/pods', {}, () => {
      throw stop
    })
    await expect(result).rejects.toBe(stop)
    expect(connection.destroyed).toBe(1)
  })
})

describe('forms of a list', () => {
  const table = {
    kind: 'Table',
    metadata: { resourceVersion: '9' },
    columnDefinitions: [{ name: 'Name' }, { name: 'Ready' }],
    rows: [
      { cells: ['a', '0/1'], conditions: [{ type: 'Completed' }], object: null },
      { cells: ['b', '1/1'] },
    ],
  }

  test('a Table is requested without objects, and its rows are passed on', async () => {
    const connection = fakeConnection(() => ({ body: table }))
    const rows: unknown[] = []
    const result = await writerOn(connection).table(
      '/api/v1/pods',
      { limit: 0 },
      row => rows.push(row),
      () => {},
    )
    expect(result).toEqual({
      count: 2,
      resourceVersion: '9',
      inconsistent: false,
      columns: ['Name', 'Ready'],
    })
    expect(rows).toEqual([
      { cells: ['a', '0/1'], conditions: [{ type: 'Completed' }], object: null },
      { cells: ['b', '1/1'], conditions: undefined, object: null },
    ])
    expect(connection.asked[0]).toMatchObject({
      path: '/api/v1/pods?includeObject=None',
      headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    })
  })

  test('a server without Tables returns items', async () => {
    const names: string[] = []
    const cluster = writerOn(fakeConnection(() => podList('ab')))
    const result = await cluster.table(
      '/api/v1/pods',
      {},
      () => {},
      item => names.push(nameOf(item)),
    )
    expect(result).toMatchObject({ count: 2, columns: [] })
    expect(names).toEqual(['a', 'b'])
  })

  test('only metadata is requested if nothing else is needed', async () => {
    const connection = fakeConnection(() => podList('a'))
    await writerOn(connection).list('/apis/apps/v1/replicasets', { metadataOnly: true }, () => {})
    expect(connection.asked[0]?.headers.Accept).toContain('as=PartialObjectMetadataList;v=v1;g=meta.k8s.io')
  })
})

describe('a list of which only some fields are needed', () => {
  const shape = shapeOf({ 1: one('metadata', shapeOf({ 1: 'name' })) })
  const inProtobuf = (list: object) => protobufFromJson({ apiVersion: 'v1', ...list }) ?? Buffer.alloc(0)
  const pods = { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [...'abc'].map(pod) }

  async function wanted(answers: ScriptedAnswer[], limit = 0) {
    const connection = fakeConnection((_request, index) => answers[index] ?? new Error('asked too often'))
    const names: string[] = []
    const list = writerOn(connection).list('/api/v1/pods', { limit, shape }, item => names.push(nameOf(item)))
    return { outcome: await list.catch((error: unknown) => error), names: names.join(''), connection }
  }

  test('is requested in protobuf', async () => {
    const { outcome, names, connection } = await wanted([{ body: inProtobuf(pods) }])
    expect(names).toBe('abc')
    expect(outcome).toMatchObject({ count: 3, resourceVersion: '7' })
    expect(connection.asked[0]?.headers.Accept).toBe('application/vnd.kubernetes.protobuf,application/json')
  })

  test('is accepted as JSON as well', async () => {
    const { names } = await wanted([{ body: pods }])
    expect(names).toBe('abc')
  })

  test('is an error if it is cut off, or if it is not a list', async () => {
    const short = { body: inProtobuf(pods).subarray(0, 40) }
    expect((await wanted([short, short])).outcome).toMatchObject({ reason: 'Truncated' })
    const other = { body: inProtobuf({ kind: 'Status', metadata: {}, message: 'x' }) }
    expect((await wanted([other])).outcome).toMatchObject({ reason: 'InvalidAnswer' })
  })

  test("gets refusals in protobuf as well, with the server's message and how to continue", async () => {
    const status = {
      kind: 'Status',
      metadata: { continue: 'Z' },
      reason: 'Expired',
      message: 'too old',
      code: 410,
    }
    const first = { ...pods, metadata: { resourceVersion: '7', continue: 'Y' } }
    const last = { ...pods, items: [pod('d')] }
    const answers = [first, last].map(body => ({ body: inProtobuf(body) }))
    const expired = { status: 410, body: inProtobuf(status) }
    const { names, connection } = await wanted([answers[0] ?? {}, expired, answers[1] ?? {}], 3)
    expect(names).toBe('abcd')
    expect(connection.asked.at(-1)?.path).toContain('continue=Z')
    const { outcome } = await wanted([{ status: 403, body: inProtobuf({ ...status, message: 'no' }) }])
    expect(outcome).toMatchObject({ status: 403, message: 'no' })
  })
})
