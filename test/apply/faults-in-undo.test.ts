/** Every API server fault at every request of an undo: a second undo restores whatever the first one could not. */
import { expect, test } from 'vitest'
import { expectRequestError, FAULTS, pointsOf } from './fault-points.ts'
import { fix, undo } from './runs.ts'
import { copied, state, storyOfFile, withoutPods } from './story.ts'

/** Fixed, so that every undo starts from a copy. */
const start = storyOfFile(fix)
const wanted = withoutPods(state(start))

/** The requests of an undo that nothing disturbs. */
async function undisturbed() {
  const of = copied(start)
  await undo(of)
  return of.server.requests
}

test.each(FAULTS)('%o in an undo leaves nothing that a second undo cannot restore', async fault => {
  for (const index of pointsOf(await undisturbed(), fault)) {
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
  const requests = await undisturbed()
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
