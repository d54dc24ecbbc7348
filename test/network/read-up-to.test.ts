import { expect, test } from 'vitest'
import { readUpTo } from '../../src/network/read-up-to.ts'

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size)
}

test('a stream of as many bytes is read whole', async () => {
  expect((await readUpTo(chunks(3, 0, 2), 5))?.length).toBe(5)
})

test('a longer one is given up, and no more of it is read', async () => {
  let read = 0
  let isClosed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        read += 1
        yield new Uint8Array(4)
      }
    } finally {
      isClosed = true
    }
  }
  expect(await readUpTo(endless(), 9)).toBeNull()
  expect([read, isClosed]).toEqual([3, true])
})
