/** Every fault of an API server at every request of a fix and of an undo: what is said is so, nothing is lost, the next run mends it. */
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/apply/outcome.ts'
import type { Fault } from '../../src/simulator/api-server/faults.ts'
import { fix, undo } from './runs.ts'
import { listOf, type Story, state, story, withoutPods } from './story.ts'

const FAULTS: Fault[] = [
  401,
  403,
  404,
  409,
  410,
  422,
  429,
  500,
  503,
  'reset',
  'lost-answer',
  'truncated',
  { slow: 1 },
]

const initial = () => withoutPods(state(story()))
const goal = async () => {
  const of = story()
  await fix(of)
  return state(of)
}

describe('a fault at any request', () => {
  test.each(FAULTS)(
    '%o in a fix ends in honest outcomes, and the next run reaches the same state',
    async fault => {
      const wanted = await goal()
      for (let index = 0; ; index++) {
        const of = story()
        of.server.faults.at(index, fault)
        const outcomes = await outcomesOf(of)
        const requests = of.server.requests.length
        of.server.faults.clear()
        const where = `${JSON.stringify(fault)} at ${index}: ${of.server.requests[index]?.method} ${of.server.requests[index]?.path}`
        for (const outcome of outcomes) expectHonest(of, outcome, where)
        expectNothingLost(of, where)
        await fix(of)
        expect(state(of), where).toEqual(wanted)
        if (index >= requests) return
      }
    },
  )

  const LOST: Fault[] = ['lost-answer', 'truncated', { slow: 1 }]
  test.each(LOST)('%o in a fix can be taken back, whatever the server had done', async fault => {
    const wanted = initial()
    for (let index = 0; ; index++) {
      const of = story()
      of.server.faults.at(index, fault)
      const written = (await outcomesOf(of)).some(({ status }) => status !== 'skipped')
      const requests = of.server.requests.length
      of.server.faults.clear()
      if (written) await undo(of)
      expect(withoutPods(state(of)), `${JSON.stringify(fault)} at ${index}`).toEqual(wanted)
      if (index >= requests) return
    }
  })

  test.each(FAULTS)('%o in an undo leaves nothing that a second undo can not take back', async fault => {
    const wanted = initial()
    for (let index = 0; ; index++) {
      const of = story()
      await fix(of)
      const before = of.server.requests.length
      of.server.faults.clear()
      of.server.faults.at(index, fault)
      await undo(of).catch(expectRequestError)
      const requests = of.server.requests.length - before
      of.server.faults.clear()
      await undo(of)
      const asked = of.server.requests[before + index]
      expect(
        withoutPods(state(of)),
        `${JSON.stringify(fault)} at ${index}: ${asked?.method} ${asked?.path}`,
      ).toEqual(wanted)
      if (index >= requests) return
    }
  })
})

async function outcomesOf(of: Story): Promise<Outcome[]> {
  try {
    return (await fix(of)).result.outcomes
  } catch (error) {
    expectRequestError(error)
    // Whoever throws must not have written.
    expect(withoutPods(state(of))).toEqual(initial())
    return []
  }
}

function expectRequestError(error: unknown): void {
  expect(error).toMatchObject({ name: expect.stringMatching(/^(ApiError|UnreachableError)$/) })
}

function expectHonest(of: Story, { id, status, target, reason, detail }: Outcome, where: string): void {
  const written = isWritten(of, id)
  if (status === 'applied' || status === 'unchanged') expect(written, `${id} ${where}`).toBe(true)
  else if (status !== 'failed') expect(written, `${id} ${status} ${where}`).toBe(false)
  if (status !== 'applied' && status !== 'unchanged') expect(reason ?? detail, `${id} ${where}`).toBeTruthy()
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
