import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../../src/errors.ts'
import { ApiError } from '../../../src/kubernetes/api/api-error.ts'
import type { ClusterReader, WatchEnd } from '../../../src/kubernetes/api/cluster.ts'
import { KINDS } from '../../../src/kubernetes/api/kinds.ts'
import { Follower } from '../../../src/source/following/follower.ts'
import { Reading } from '../../../src/source/live/reading.ts'
import { fakeClock } from '../../kubernetes/fake-clock.ts'

const refused = (status: number) =>
  new ApiError({ status, reason: '', message: `${status}`, method: 'GET', path: '/' })

type Answer = WatchEnd['why'] | Error
/** A watch that stays open for that long and then ends in that way. */
type Watch = [milliseconds: number, end: Answer]

/** Follows a list with these responses, until all of them are used up. */
async function follow(lists: (Error | 'list')[], watches: Watch[], most = Number.POSITIVE_INFINITY) {
  const clock = fakeClock()
  const stop = new AbortController()
  const done: string[] = []
  const at = () => `${Math.round(clock.elapsed() / 100) / 10}s`
  const cluster = {
    async list() {
      const answer = lists.shift() ?? 'list'
      done.push(`list ${at()}`)
      if (done.length >= most) stop.abort('enough')
      if (answer !== 'list') throw answer
      return { count: 0, resourceVersion: `list-${done.length}`, inconsistent: false }
    },
    async watch(_path: string, { resourceVersion }: { resourceVersion: string }) {
      const [milliseconds, end] = watches.shift() ?? [0, 'over' as const]
      done.push(`watch ${resourceVersion} ${at()}`)
      if (watches.length === 0 && most > 1_000) setImmediate(() => stop.abort('enough'))
      if (milliseconds > 0) await clock.sleep(milliseconds)
      if (end instanceof Error) throw end
      return { why: end, resourceVersion: `after-${done.length}` }
    },
  } as unknown as ClusterReader
  const troubles: (string | null)[] = []
  const follower = new Follower(
    {
      kind: KINDS.Pod,
      scope: 'web',
      focus: {},
      store: { begin: () => ({ take() {}, end() {} }), change() {} },
    },
    {
      reading: new Reading(cluster, { signal: stop.signal }),
      clock,
      signal: stop.signal,
      onChange() {},
      onTrouble: error => void troubles.push(error?.message ?? null),
      onFailure() {},
    },
  )
  await follower.start()
  await expect(follower.run()).rejects.toBe('enough')
  return { done, troubles }
}

describe('following a list', () => {
  test('goes on from where a watch ended in time, without another list', async () => {
    const { done } = await follow(
      [],
      [
        [50_000, 'over'],
        [50_000, 'over'],
        [50_000, 'over'],
      ],
    )
    expect(done.slice(0, 4)).toEqual([
      'list 0s',
      'watch list-1 0s',
      'watch after-2 50s',
      'watch after-3 100s',
    ])
  })

  test('lists again after five minutes all the same', async () => {
    const { done } = await follow(
      [],
      Array.from({ length: 8 }, () => [50_000, 'over'] as Watch),
    )
    expect(done.filter(what => what.startsWith('list'))).toContain('list 300s')
  })

  test.each(['expired', 'silent', 'broken'] as const)('lists again where a watch ended %s', async why => {
    const { done } = await follow(
      [],
      [
        [5_000, why],
        [5_000, 'over'],
      ],
    )
    expect(done.slice(1, 4)).toEqual(['watch list-1 0s', 'list 5s', 'watch list-3 5s'])
  })

  test('lists again, ever more slowly, where watches end as soon as they begin', async () => {
    const { done } = await follow(
      [],
      Array.from({ length: 5 }, () => [10, 'over'] as Watch),
    )
    expect(done.filter(what => what.startsWith('list'))).toEqual([
      'list 0s',
      'list 0.8s',
      'list 2.4s',
      'list 5.6s',
    ])
  })

  test('lists every two seconds where watching is forbidden', async () => {
    const { done } = await follow([], [[0, refused(403)]], 4)
    expect(done).toEqual(['list 0s', 'watch list-1 0s', 'list 2s', 'list 4s'])
  })

  test('tries again, and says so, while the server is gone', async () => {
    const gone = new UnreachableError('gone')
    const { done, troubles } = await follow(
      ['list', gone, gone],
      [
        [5_000, gone],
        [5_000, 'over'],
        [1, 'over'],
      ],
    )
    expect(done.slice(0, 5)).toEqual(['list 0s', 'watch list-1 0s', 'list 5s', 'list 5.8s', 'list 7.4s'])
    expect(troubles.slice(0, 3)).toEqual(['gone', 'gone', null])
  })
})
