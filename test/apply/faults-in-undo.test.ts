/** Every API server fault at every request of an undo: a second undo restores whatever the first one could not. */
import { expect, test } from 'vitest'
import { expectRequestError, FAULTS, initial, pointsOf } from './fault-points.ts'
import { fix, undo } from './runs.ts'
import { copied, state, story, withoutPods } from './story.ts'

/** A fixed story, and the requests of an undo of it that nothing disturbs. */
async function fixed() {
  const of = story()
  await fix(of)
  const best = copied(of)
  await undo(best)
  return { of, requests: best.server.requests }
}

test.each(FAULTS)('%o in an undo leaves nothing that a second undo cannot restore', async fault => {
  const wanted = initial()
  const { of: start, requests } = await fixed()
  for (const index of pointsOf(requests, fault)) {
    const of = copied(start)
    of.server.faults.at(index, fault)
    await undo(of).catch(expectRequestError)
    const asked = of.server.requests[index]
    of.server.faults.clear()
    await undo(of)
    const where = `${JSON.stringify(fault)} at ${index}: ${asked?.method} ${asked?.path}`
    expect(withoutPods(state(of)), where).toEqual(wanted)
  }
})

test.each([
  { fault: 'lost-answer' as const, took: true, says: 'counts a step whose answer is lost as applied' },
  {
    fault: 'reset' as const,
    took: false,
    says: 'does not count a step that never reached the server as applied',
  },
])('an undo $says', async ({ fault, took }) => {
  const { of: start, requests } = await fixed()
  const writes = pointsOf(requests, 'lost-answer').filter(index => requests[index]?.method === 'PATCH')
  const real = writes.filter(index => !requests[index]?.query.includes('dryRun'))
  expect(real.length).toBeGreaterThan(1)
  for (const index of real) {
    const of = copied(start)
    of.server.faults.at(index, fault)
    const { steps, outcomes } = await undo(of)
    const at = steps.findIndex(
      ({ target }) =>
        requests[index]?.path.endsWith(`/${target.name}`) &&
        requests[index].path.includes(`/${target.namespace}/`),
    )
    expect(outcomes[at]?.status === 'applied', `${index}: ${outcomes[at]?.status}`).toBe(took)
  }
})
