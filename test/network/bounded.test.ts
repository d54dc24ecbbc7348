/** Requests run a few at a time, and none starts after a failure. */
import { expect, test } from 'vitest'
import { bounded } from '../../src/network/bounded.ts'

test('at most the limit run at once, and results keep the order of the items', async () => {
  let underWay = 0
  let most = 0
  const results = await bounded([5, 1, 4, 2, 3], 2, async item => {
    most = Math.max(most, ++underWay)
    for (let turn = 0; turn < item; turn++) await Promise.resolve()
    underWay--
    return item * 10
  })
  expect(results).toEqual([50, 10, 40, 20, 30])
  expect(most).toBe(2)
})

test('nothing starts after a failure', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await Promise.resolve()
    if (item === 1) throw new Error('refused')
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  await expect(bounded([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('refused')
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  expect(begun).toEqual([1, 2])
})

test('what is running when another one fails is awaited first', async () => {
  const ended: number[] = []
  const work = async (item: number) => {
    if (item === 1) throw new Error('refused')
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    ended.push(item)
  }
  await expect(bounded([1, 2, 3], 2, work)).rejects.toThrow('refused')
  expect(ended).toEqual([2])
})
