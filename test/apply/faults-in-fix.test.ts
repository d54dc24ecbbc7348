/** Every API server fault at every request of a fix: outcomes are true, nothing is lost, and the next run fixes the rest. */
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { ChangeOutcome } from '../../src/apply/outcome.ts'
import { expectRequestError, FAULTS, LOST, pointsOf } from './fault-points.ts'
import { apply, fix, prepare, undo } from './runs.ts'
import { copied, listOf, type Story, state, story, storyOfFile, withoutPods } from './story.ts'

/** The story after a fix without a fault. */
const best = storyOfFile(fix)
/** The same before anything was written, and what was prepared to be written. */
let prepared: Awaited<ReturnType<typeof prepare>>
const start = storyOfFile(async of => {
  prepared = await prepare(of)
})
const before = withoutPods(state(start))

test.each(FAULTS)(
  'a fault %o in a fix ends in truthful outcomes, the next run reaches the same state, and what an answer lost can be undone',
  async fault => {
    const wanted = state(best)
    const { requests } = best.server
    const toPrepare = start.server.requests.length
    for (const index of pointsOf(requests, fault)) {
      const isWrite = index >= toPrepare
      const of = isWrite ? copied(start) : story()
      of.server.faults.at(isWrite ? index - toPrepare : index, fault)
      const outcomes = await outcomesOf(of, isWrite)
      of.server.faults.clear()
      const where = `${JSON.stringify(fault)} at ${index}: ${requests[index]?.method} ${requests[index]?.path}`
      for (const outcome of outcomes) expectHonest(of, outcome, where)
      expectNothingLost(of, where)
      // A write whose answer is lost is looked up.
      if (isWrite && fault === 'lost-answer') expect(outcomes.every(isDone), where).toBe(true)
      if (LOST.includes(fault)) {
        const undone = copied(of)
        if (outcomes.some(({ status }) => status !== 'skipped')) await undo(undone)
        expect(withoutPods(state(undone)), where).toEqual(before)
      }
      // Where all is certain and done, a second fix has nothing to do (apply-plan.test.ts).
      if (!outcomes.every(isDone) || !isDeepStrictEqual(state(of), wanted)) await fix(of)
      expect(state(of), where).toEqual(wanted)
    }
  },
)

async function outcomesOf(of: Story, isPrepared: boolean): Promise<ChangeOutcome[]> {
  try {
    const { outcomes } = isPrepared ? await apply(of, prepared) : (await fix(of)).result
    return outcomes
  } catch (error) {
    expectRequestError(error)
    // A run that throws must not have written anything.
    expect(withoutPods(state(of))).toEqual(before)
    return []
  }
}

const isDone = ({ status }: ChangeOutcome) => status === 'applied' || status === 'unchanged'

function expectHonest(of: Story, outcome: ChangeOutcome, where: string): void {
  const { id, status, target, reason, detail } = outcome
  const written = isWritten(of, id)
  if (isDone(outcome)) expect(written, `${id} ${where}`).toBe(true)
  else if (status !== 'failed') expect(written, `${id} ${status} ${where}`).toBe(false)
  if (!isDone(outcome)) expect(reason ?? detail, `${id} ${where}`).toBeTruthy()
  expect(target.name).toBeTruthy()
}

function isWritten(of: Story, id: string): boolean {
  const [kind, path = ''] = id.split(':')
  const [namespace = ''] = path.split('/')
  if (kind === 'secret') return of.cluster.get('Secret', namespace, 'dockercreds') !== undefined
  if (kind === 'serviceaccount') return JSON.stringify(listOf(of, namespace) ?? '').includes('dockercreds')
  if (kind === 'template')
    return JSON.stringify(of.cluster.get('Deployment', namespace, 'orders')).includes('dockercreds')
  const pod = of.cluster.get('Pod', namespace, path.split('/')[1] ?? '')
  return pod === undefined || JSON.stringify(pod.spec).includes('dockercreds')
}

function expectNothingLost(of: Story, where: string): void {
  expect(listOf(of, 'web'), where).toEqual(
    expect.arrayContaining([{ name: 'registry-of-old' }, { name: 'second' }]),
  )
}
