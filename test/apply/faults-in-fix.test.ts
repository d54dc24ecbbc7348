/** Every API server fault at every request of a fix: outcomes are true, nothing is lost, and the next run fixes the rest. */
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ChangeOutcome } from '../../src/apply/outcome.ts'
import { expectRequestError, FAULTS, initial, LOST, pointsOf } from './fault-points.ts'
import { fix, undo } from './runs.ts'
import { listOf, type Story, state, story, withoutPods } from './story.ts'

/** The story after a fix without a fault, fixed once for all faults. */
let best: Promise<Story> | undefined
const undisturbed = () => {
  best ??= fixed(story())
  return best
}

async function fixed(of: Story): Promise<Story> {
  await fix(of)
  return of
}

describe('a fault', () => {
  test.each(FAULTS)(
    '%o in a fix ends in truthful outcomes, and the next run reaches the same state',
    async fault => {
      const best = await undisturbed()
      const wanted = state(best)
      for (const index of pointsOf(best.server.requests, fault)) {
        const of = story()
        of.server.faults.at(index, fault)
        const outcomes = await outcomesOf(of)
        of.server.faults.clear()
        const where = `${JSON.stringify(fault)} at ${index}: ${of.server.requests[index]?.method} ${of.server.requests[index]?.path}`
        for (const outcome of outcomes) expectHonest(of, outcome, where)
        expectNothingLost(of, where)
        // Where all is certain and done, a second fix has nothing to do (apply-plan.test.ts).
        if (!outcomes.every(isDone) || !isDeepStrictEqual(state(of), wanted)) await fix(of)
        expect(state(of), where).toEqual(wanted)
      }
    },
  )

  test.each(LOST)('%o in a fix can be undone, whatever the server applied', async fault => {
    const wanted = initial()
    const { requests } = (await undisturbed()).server
    for (const index of pointsOf(requests, fault).filter(at => requests[at]?.method !== 'GET')) {
      const of = story()
      of.server.faults.at(index, fault)
      const written = (await outcomesOf(of)).some(({ status }) => status !== 'skipped')
      of.server.faults.clear()
      if (written) await undo(of)
      expect(withoutPods(state(of)), `${JSON.stringify(fault)} at ${index}`).toEqual(wanted)
    }
  })
})

async function outcomesOf(of: Story): Promise<ChangeOutcome[]> {
  try {
    return (await fix(of)).result.outcomes
  } catch (error) {
    expectRequestError(error)
    // A run that throws must not have written anything.
    expect(withoutPods(state(of))).toEqual(initial())
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
