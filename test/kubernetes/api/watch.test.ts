import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { WatchedChange } from '../../../src/kubernetes/api/cluster.ts'
import { KINDS } from '../../../src/kubernetes/api/kinds.ts'
import { listPath } from '../../../src/kubernetes/api/paths.ts'
import { readerOver } from '../../../src/kubernetes/api/reader.ts'
import type { Connection, HttpResponse } from '../../../src/kubernetes/http/connection.ts'
import { fakeClock } from '../fake-clock.ts'

const event = (type: string, resourceVersion: string, more: object = {}) =>
  `${JSON.stringify({ type, object: { metadata: { name: 'a', resourceVersion }, ...more } })}\n`

type Chunk = string | Error | 'silence'

/** A server that sends these chunks; 'silence' never ends. */
function watching(chunks: Chunk[], status = 200, headers: Record<string, string> = {}) {
  const asked: string[] = []
  const left = [...chunks]
  const body = () =>
    new Readable({
      read() {
        const chunk = left.shift()
        if (chunk instanceof Error) this.destroy(chunk)
        else if (chunk !== 'silence') this.push(chunk ?? null)
      },
    })
  const connection: Connection = {
    ...{ context: 'test', server: 'https://test', namespace: 'default', loggingIn: false },
    redact: text => text,
    close: async () => {},
    send: async ({ path }) => {
      asked.push(path)
      return { status, headers, body: body() } as HttpResponse
    },
  }
  const clock = fakeClock()
  const reader = readerOver(connection, { clock })
  const changes: WatchedChange<unknown>[] = []
  const watch = (signal?: AbortSignal) =>
    reader.watch(
      listPath(KINDS.Pod, 'web'),
      { resourceVersion: '7', timeoutSeconds: 50, ...(signal && { signal }) },
      change => void changes.push(change),
    )
  return { watch, changes, asked, reader, clock }
}

const reset = () => Object.assign(new Error('gone'), { code: 'UND_ERR_SOCKET' })

describe('a watch', () => {
  test('asks for changes from a resource version on, with bookmarks and an end', async () => {
    const { watch, asked } = watching([])
    await watch()
    const query = new URL(asked[0] ?? '', 'https://test').searchParams
    expect(Object.fromEntries(query)).toEqual({
      watch: '1',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '50',
      resourceVersion: '7',
    })
  })

  test('gives each change as it comes, however the bytes are cut', async () => {
    const text = event('ADDED', '8') + event('MODIFIED', '9') + event('DELETED', '10')
    const { watch, changes } = watching([text.slice(0, 30), text.slice(30, 100), text.slice(100)])
    expect(await watch()).toEqual({ why: 'over', resourceVersion: '10' })
    expect(changes.map(({ type }) => type)).toEqual(['added', 'modified', 'deleted'])
  })

  test.each<[string, Chunk[], object]>([
    [
      'a bookmark moves the place to go on from, and is no change',
      [event('BOOKMARK', '99')],
      { why: 'over', resourceVersion: '99' },
    ],
    [
      'an expired version is reported in the stream',
      [event('ADDED', '8'), event('ERROR', '', { code: 410 })],
      { why: 'expired', resourceVersion: '8' },
    ],
    [
      'any other error is a broken watch',
      [event('ERROR', '', { code: 500 })],
      { why: 'broken', resourceVersion: '7' },
    ],
    ['so is a cut connection', [event('ADDED', '8'), reset()], { why: 'broken', resourceVersion: '8' }],
    ['so is half an event', ['{"type":"ADDED","obj'], { why: 'broken', resourceVersion: '7' }],
    [
      'silence for longer than the server has time is the end',
      [event('ADDED', '8'), 'silence'],
      { why: 'silent', resourceVersion: '8' },
    ],
  ])('%s', async (_what, chunks, end) => {
    expect(await watching(chunks).watch()).toEqual(end)
  })

  test("is silent only after the server's time and 30 seconds, whatever --request-timeout is", async () => {
    const { watch, clock } = watching([event('ADDED', '8'), 'silence'])
    await watch()
    expect(clock.elapsed()).toBe(80_000)
  })

  test("an expired version may be the answer's status, too", async () => {
    expect((await watching(['{}'], 410).watch()).why).toBe('expired')
  })

  test('that is forbidden, or no watch at all, is an error', async () => {
    await expect(watching(['{}'], 403).watch()).rejects.toMatchObject({ status: 403 })
    await expect(watching(['{"a":1}']).watch()).rejects.toMatchObject({ reason: 'InvalidAnswer' })
  })

  test('ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const { watch } = watching(['silence'])
    const ended = watch(stop.signal)
    queueMicrotask(() => stop.abort('enough'))
    await expect(ended).rejects.toBe('enough')
  })
})

describe('the time at the server', () => {
  test('is what its answers say, and ours where they differ by less than the seconds of a Date can tell', async () => {
    const at = (milliseconds: number) => ({ date: new Date(milliseconds).toUTCString() })
    const later = watching([], 200, at(fakeClock().now() + 3_600_000))
    await later.watch()
    expect(later.reader.serverNow() - later.clock.now()).toBe(3_600_000)
    const same = watching([], 200, at(fakeClock().now() - 900))
    await same.watch()
    expect(same.reader.serverNow()).toBe(same.clock.now())
  })
})
