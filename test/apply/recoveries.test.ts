/** Pods of a change that somebody made before this run: they count as back, unless others of their kind are stuck. */
import { expect, test } from 'vitest'
import { Recoveries } from '../../src/apply/recoveries.ts'
import { outcomeOf } from '../../src/apply/refusal.ts'
import type { RecreatePod } from '../../src/plan/change.ts'
import { recreate } from '../report/plan-samples.ts'
import { clientOf } from './in-process-cluster.ts'
import { contextOf, fix } from './runs.ts'
import { type Story, story } from './story.ts'

/** The change whose pod was replaced by somebody else between the plan and now. */
function madeEarlier(of: Story): RecreatePod {
  const [pod] = of.cluster.list('Pod', 'web')
  const [owner] = pod?.metadata.ownerReferences ?? []
  const controller = { kind: 'ReplicaSet', name: 'shop', uid: owner?.uid ?? '' }
  return recreate('web', 'shop', { controller })
}

async function recoveredIn(of: Story): Promise<number | undefined> {
  const change = madeEarlier(of)
  const recoveries = await Recoveries.before([change], contextOf(of, clientOf(of.server)))
  const outcomes = new Map([[change.id, outcomeOf(change, 'unchanged')]])
  await recoveries.wait(outcomes)
  return recoveries.report(outcomes)[0]?.recovered
}

test('a pod that runs already is back', async () => {
  const of = story()
  await fix(of)
  expect(await recoveredIn(of)).toBe(1)
})

test('a pod that is stuck is not back', async () => {
  expect(await recoveredIn(story())).toBe(0)
})

test('a new pod that can’t pull has tried: what comes after it need not wait', async () => {
  const of = story()
  const change = madeEarlier(of)
  const context = contextOf(of, clientOf(of.server))
  const recoveries = await Recoveries.before([change], context)
  of.cluster.remove('Pod', 'web', of.cluster.list('Pod', 'web')[0]?.metadata.name ?? '')
  const began = context.clock.now()
  const outcomes = new Map([[change.id, outcomeOf(change, 'applied')]])
  await recoveries.waitForTries(outcomes)
  expect(context.clock.now() - began).toBeLessThan(context.timeoutMs / 2)
  expect(recoveries.report(outcomes)[0]).toMatchObject({ recovered: 0, waiting: [{ state: 'stuck' }] })
})
