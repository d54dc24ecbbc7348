/** Pods are recreated in batches no larger than the pulls left for their images. */
import { expect, test } from 'vitest'
import type { ChangeOutcome } from '../../src/apply/outcome.ts'
import { recreateInBatches } from '../../src/apply/recreate-in-batches.ts'
import type { Credential } from '../../src/dockerconfig/registry-credential.ts'
import type { RecreatePod } from '../../src/plan/change.ts'
import type { QuotaOutcome } from '../../src/registry/outcome.ts'

const LOGIN = {} as Credential

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
    workload: { kind: 'Deployment', name: 'shop', uid: null },
    selector: null,
    pulls,
  }
}

function quotaOf(left: number | null | 'unknown' | undefined): QuotaOutcome {
  if (left === null || left === undefined) return { status: 'unlimited' }
  if (left === 'unknown') return { status: 'unreachable', why: 'timeout', detail: '' }
  return { status: 'limited', limit: 200, remaining: left, windowSeconds: null, source: null }
}

/** Recreates against a quota with `left` pulls before each batch; @returns the batches and what was skipped */
async function batchesOf(
  pods: RecreatePod[],
  left: (number | null | 'unknown')[],
  underWay = 0,
  tried = true,
) {
  const outcomes = new Map<string, ChangeOutcome>()
  const batches: string[][] = [[]]
  const heldBack = await recreateInBatches(pods, {
    outcomes,
    write: async ({ id }) => void batches.at(-1)?.push(id),
    recoveries: {
      waitForTries: async () => {
        batches.push([])
        return tried
      },
    },
    context: { hub: { quota: async () => quotaOf(left.shift()) }, hubLogins: [LOGIN] },
    underWay,
  })
  const skipped = [...outcomes.values()].map(({ id, status }) => `${id} ${status}`)
  expect(heldBack?.pods ?? 0).toBe(skipped.length)
  return { batches, skipped, why: heldBack?.why ?? null }
}

test.each([
  ['all at once without a limit', [null], [['a', 'b', 'c']], []],
  ['in the number that is left each time', [2, 5], [['a', 'b'], ['c']], []],
  ['no longer once no pull is left', [1, 0], [['a'], []], ['b skipped', 'c skipped']],
])('pods are recreated %s', async (_name, left, batches, skipped) => {
  const pods = ['a', 'b', 'c'].map(name => pod(name))
  expect(await batchesOf(pods, left)).toMatchObject({ batches, skipped })
})

test('pods that need no pulls always go, and an expensive pod lets cheaper ones pass', async () => {
  const { batches, skipped } = await batchesOf([pod('dear', 3), pod('free', 0), pod('cheap', 1)], [2, 2])
  expect(batches).toEqual([['free', 'cheap'], []])
  expect(skipped).toEqual(['dear skipped'])
})

test('pulls that rollouts are about to use are not spent twice, and those rollouts are waited for', async () => {
  const pods = ['a', 'b'].map(name => pod(name))
  expect(await batchesOf(pods, [3, 1], 2)).toMatchObject({ batches: [['a'], ['b']], skipped: [] })
  expect(await batchesOf(pods, [2, 2], 2)).toMatchObject({ batches: [[], ['a', 'b']], skipped: [] })
  expect(await batchesOf([pod('free', 0)], [null], 2)).toMatchObject({ batches: [['free']], skipped: [] })
})

test("if the hub can't be reached, at first or later, no pod gets a pull", async () => {
  const pods = ['a', 'b', 'c'].map(name => pod(name))
  expect(await batchesOf(pods, ['unknown'])).toEqual({
    batches: [[]],
    skipped: ['a skipped', 'b skipped', 'c skipped'],
    why: 'hub-out-of-reach',
  })
  expect(await batchesOf(pods, [1, 'unknown'])).toMatchObject({
    batches: [['a'], []],
    why: 'hub-out-of-reach',
  })
  expect(await batchesOf([pod('free', 0), pod('a')], ['unknown', 'unknown'])).toMatchObject({
    batches: [['free'], []],
    skipped: ['a skipped'],
  })
})

test('pods that have not tried to pull yet keep their pulls reserved', async () => {
  const pods = ['a', 'b', 'c'].map(name => pod(name))
  expect(await batchesOf(pods, [1, 1, 1], 0, false)).toEqual({
    batches: [['a'], []],
    skipped: ['b skipped', 'c skipped'],
    why: 'others-not-started',
  })
})
