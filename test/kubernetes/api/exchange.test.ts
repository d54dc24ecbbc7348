/** Waiting, retrying, and giving up: what is sent again, after how long, and what is never resent. */

import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../../src/errors.ts'
import type { ClusterWriter } from '../../../src/kubernetes/api/writer.ts'
import { writerOver } from '../../../src/kubernetes/api/writer.ts'
import { fakeClock, NOON } from '../fake-clock.ts'
import { fakeConnection, type ScriptedAnswer } from '../fake-connection.ts'

const PODS = '/api/v1/pods'
const CALLS: Record<string, (cluster: ClusterWriter, signal?: AbortSignal) => Promise<unknown>> = {
  get: (cluster, signal) => cluster.get(PODS, signal && { signal }),
  list: (cluster, signal) => cluster.list(PODS, { ...(signal && { signal }) }, () => {}),
  canI: cluster => cluster.canI({ verb: 'get', group: '', resource: 'pods', namespace: null }),
  create: cluster => cluster.create(PODS, {}),
  jsonPatch: cluster => cluster.jsonPatch(PODS, []),
  delete: cluster => cluster.delete(PODS, 'u'),
  evict: cluster => cluster.evict('web', 'shop', 'u'),
}
const GOOD: ScriptedAnswer = { body: { items: [], metadata: {}, status: {} } }
const reset = (code = 'ECONNRESET') => Object.assign(new Error('socket'), { code })

async function called(
  call: string,
  answers: (ScriptedAnswer | Error | 'silence')[],
  requestTimeoutMs = 30_000,
) {
  const connection = fakeConnection((_request, index) => answers[index] ?? GOOD)
  const clock = fakeClock()
  const result = CALLS[call]?.(writerOver(connection, { clock, requestTimeoutMs }))
  const error = await result?.then(
    () => null,
    (caught: unknown) => caught,
  )
  return { error, requests: connection.asked.length, waited: clock.elapsed(), connection }
}

describe('a server that is too busy', () => {
  const refused = (status: number, after?: string): ScriptedAnswer => ({
    status,
    ...(after !== undefined && { headers: { 'retry-after': after } }),
  })

  test.each([
    ['get', refused(429, '2'), 2000],
    ['get', refused(500, '1'), 1000],
    ['get', refused(503, new Date(NOON + 3000).toUTCString()), 3000],
    ['list', refused(502), 1000],
    ['list', refused(504), 1000],
    ['canI', refused(503), 1000],
    ['create', refused(429, '1'), 1000],
    ['jsonPatch', refused(503, '1'), 1000],
  ])('%s after %j is retried after %d ms', async (call, answer, wait) => {
    expect(await called(call, [answer])).toMatchObject({ error: null, requests: 2, waited: wait })
  })

  test.each([
    ['get', refused(500)],
    ['create', refused(429)],
    ['create', refused(503)],
    ['jsonPatch', refused(500, '1')],
    ['delete', refused(504, '1')],
    ['evict', refused(429, '1')],
    ['get', refused(429, '31')],
    ['get', refused(500, '-1')],
  ])('%s after %j is not retried', async (call, answer) => {
    const { error, requests, waited } = await called(call, [answer])
    expect(error).toMatchObject({ name: 'ApiError', status: answer.status })
    expect({ requests, waited }).toEqual({ requests: 1, waited: 0 })
  })

  test('is not retried before the time it names, even without a timeout', async () => {
    const { error, requests, waited } = await called('get', Array(99).fill(refused(429, '0')), 0)
    expect(error).toMatchObject({ status: 429 })
    expect({ requests, waited }).toEqual({ requests: 11, waited: 100 * (2 ** 10 - 1) })
  })

  test("is retried after doubling delays if it names no time, until the request's timeout", async () => {
    const { error, requests, waited } = await called('get', Array(9).fill(refused(503)))
    expect(error).toMatchObject({ status: 503 })
    expect({ requests, waited }).toEqual({ requests: 5, waited: 1000 + 2000 + 4000 + 8000 })
  })
})

describe('a timeout', () => {
  test.each<[string, ScriptedAnswer | 'silence']>([
    ['no answer', 'silence'],
    ['an answer that stalls', { body: '{"items":[', breaks: 'stall' }],
    ['an error that stalls', { status: 500, body: '{"kind":', breaks: 'stall' }],
  ])('with %s', async (_what, answer) => {
    const { error, requests, waited } = await called('list', [answer])
    expect(error).toMatchObject({ status: 0, reason: 'Timeout', path: PODS })
    expect(String(error)).toContain('GET /api/v1/pods timed out after 30 s')
    expect({ requests, waited }).toEqual({ requests: 1, waited: 30_000 })
  })

  test('includes delays: the second attempt has less time left', async () => {
    const { error, waited } = await called('get', [
      { status: 503, headers: { 'retry-after': '20' } },
      'silence',
    ])
    expect(error).toMatchObject({ reason: 'Timeout' })
    expect(waited).toBe(30_000)
  })

  test('makes the result of a write uncertain if the HTTP client gave up on it', async () => {
    const { error } = await called('create', [reset('UND_ERR_HEADERS_TIMEOUT')])
    expect(error).toMatchObject({ status: 0, reason: 'Timeout' })
  })
})

describe('a connection that breaks', () => {
  const unreachable = new UnreachableError('closed', { cause: reset() })
  const broken: ScriptedAnswer = { body: '{"items":[', breaks: reset('UND_ERR_SOCKET') }

  test.each<[string, ScriptedAnswer | Error]>([
    ['get', unreachable],
    ['list', reset('UND_ERR_SOCKET')],
    ['canI', reset('EPIPE')],
    ['get', broken],
  ])('lets %s be tried once more', async (call, answer) => {
    expect(await called(call, [answer])).toMatchObject({ error: null, requests: 2 })
    expect((await called(call, [answer, answer, answer])).requests).toBe(2)
  })

  test.each(['create', 'jsonPatch', 'delete', 'evict'])(
    'leaves the result of %s uncertain and never sends it twice',
    async call => {
      const { error, requests } = await called(call, [unreachable])
      expect(error).toMatchObject({ name: 'ApiError', status: 0, reason: 'ConnectionReset' })
      expect(requests).toBe(1)
      expect((await called(call, [broken])).error).toMatchObject({ status: 0, reason: 'Truncated' })
    },
  )

  test("a server that could not be reached is reported with the connection's error", async () => {
    const refused = new UnreachableError('refused', { cause: reset('ECONNREFUSED') })
    expect(await called('create', [refused])).toMatchObject({ error: refused, requests: 1 })
    expect(await called('get', [unreachable, unreachable])).toMatchObject({ error: unreachable, requests: 2 })
  })
})

describe('canceling and logging', () => {
  test.each<[string, ScriptedAnswer | 'silence']>([
    ['waits for an answer', 'silence'],
    ['reads the answer', { body: '{"items":[', breaks: 'stall' }],
    ['waits to ask again', { status: 503, headers: { 'retry-after': '20' } }],
  ])("the caller's reason ends a request that %s", async (_what, answer) => {
    const caller = new AbortController()
    const clock = fakeClock()
    clock.after(5000, () => caller.abort('SIGINT'))
    const cluster = writerOver(
      fakeConnection(() => answer),
      { clock, requestTimeoutMs: 30_000 },
    )
    await expect(CALLS.list?.(cluster, caller.signal)).rejects.toBe('SIGINT')
    await expect(CALLS.list?.(cluster, caller.signal)).rejects.toBe('SIGINT')
    expect(clock.elapsed()).toBe(5000)
  })

  test('each request is logged in one line without headers or bodies', async () => {
    const lines: string[] = []
    const answers = [{ status: 503 }, reset(), GOOD]
    const connection = fakeConnection((_request, index) => answers[index] ?? GOOD)
    const options = { clock: fakeClock(), verbose: (line: string) => void lines.push(line) }
    await writerOver(connection, options).get(PODS)
    const request = `GET https://api.example${PODS}`
    expect(lines).toEqual([`${request} 503 in 0 ms`, `${request} failed in 0 ms`, `${request} 200 in 0 ms`])
  })
})

test('a first answer that takes more than a second is waited for in words, once', async () => {
  const said: string[] = []
  const options = {
    clock: fakeClock(),
    requestTimeoutMs: 5000,
    onWait: (server: string) => void said.push(`${server} at ${options.clock.elapsed()} ms`),
  }
  const cluster = writerOver(
    fakeConnection(() => 'silence'),
    options,
  )
  await expect(cluster.get(PODS)).rejects.toThrow()
  await expect(cluster.get(PODS)).rejects.toThrow()
  expect(said).toEqual(['https://api.example at 1000 ms'])
  const answering = writerOver(
    fakeConnection(() => GOOD),
    options,
  )
  await answering.get(PODS)
  expect(said).toHaveLength(1)
})

test('a server that repeats the token when it refuses impersonation does not get it printed', async () => {
  const message = 'User "me" cannot impersonate resource "users" with Authorization: Bearer C4nary-Token'
  const { error } = await called('get', [{ status: 403, body: { kind: 'Status', message } }])
  expect(error).toBeInstanceOf(UnreachableError)
  expect(String(error)).toMatch(
    /cannot impersonate resource "users" with Authorization: Bearer \[redacted\]$/,
  )
})
