/** Work is waited for only until the signal, and its failure afterward ends nothing. */
import { expect, test } from 'vitest'
import { unlessAborted } from '../../src/network/stop-waiting.ts'

test('the work counts if it ends first', async () => {
  const { signal } = new AbortController()
  await expect(unlessAborted(Promise.resolve('done'), signal)).resolves.toBe('done')
  await expect(unlessAborted(Promise.reject(new Error('refused')), signal)).rejects.toThrow('refused')
})

test.each(['before the work', 'during the work'])(
  'an abort %s is thrown, and no failure is left unhandled',
  async when => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const stop = new AbortController()
    const work = Promise.withResolvers<void>()
    if (when === 'before the work') stop.abort('SIGINT')
    const waiting = unlessAborted(work.promise, stop.signal)
    stop.abort('SIGINT')
    await expect(waiting).rejects.toBe('SIGINT')
    work.reject(new Error('too late'))
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  },
)
