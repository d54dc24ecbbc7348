/** No more pods at a time than there are pulls left for their images. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../src/apply/outcome.ts'
import { recreateInBatches } from '../../src/apply/recreate-in-batches.ts'
import type { RecreatePod } from '../../src/plan/change.ts'

function pod(name: string, pulls = 1): RecreatePod {
  return {
    id: name,
    action: 'recreate-pod',
    target: { apiVersion: 'v1', kind: 'Pod', namespace: 'web', name, uid: name },
    needs: [],
    managedBy: null,
    reason: { code: 'stuck' },
    method: 'delete',
    controller: { kind: 'ReplicaSet', name: 'shop', uid: 'uid-shop' },
    workload: { kind: 'Deployment', name: 'shop' },
    selector: null,
    pulls,
  }
}

/** Recreates against a quota that tells `left` before each batch; @returns the batches and what was skipped */
async function batchesOf(pods: RecreatePod[], left: (number | null)[], underWay = 0) {
  const outcomes = new Map<string, Outcome>()
  const batches: string[][] = [[]]
  const heldBack = await recreateInBatches(pods, {
    outcomes,
    write: async ({ id }) => void batches.at(-1)?.push(id),
    recoveries: { waitForTries: async () => void batches.push([]) },
    context: { pullsLeft: async () => left.shift() as number | null },
    underWay,
  })
  const skipped = [...outcomes.values()].map(({ id, status }) => `${id} ${status}`)
  expect(heldBack).toBe(skipped.length)
  return { batches, skipped }
}

test.each([
  ['all at once where there is no limit', [null], [['a', 'b', 'c']], []],
  ['as many as are left, then as many as are left then', [2, 5], [['a', 'b'], ['c']], []],
  ['none any more once nothing is left', [1, 0], [['a'], []], ['b skipped', 'c skipped']],
])('%s', async (_name, left, batches, skipped) => {
  const pods = ['a', 'b', 'c'].map(name => pod(name))
  expect(await batchesOf(pods, left)).toEqual({ batches, skipped })
})

test('pods that cost nothing go whatever is left, and a dear one lets cheaper ones by', async () => {
  const { batches, skipped } = await batchesOf([pod('dear', 3), pod('free', 0), pod('cheap', 1)], [2, 2])
  expect(batches).toEqual([['free', 'cheap'], []])
  expect(skipped).toEqual(['dear skipped'])
})

test('what rollouts are about to spend is not spent a second time, and they are waited for', async () => {
  const pods = ['a', 'b'].map(name => pod(name))
  expect(await batchesOf(pods, [3, 1], 2)).toEqual({ batches: [['a'], ['b']], skipped: [] })
  expect(await batchesOf(pods, [2, 2], 2)).toEqual({ batches: [[], ['a', 'b']], skipped: [] })
  expect(await batchesOf([pod('free', 0)], [null], 2)).toEqual({ batches: [['free']], skipped: [] })
})
