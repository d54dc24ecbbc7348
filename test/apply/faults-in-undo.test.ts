/** Every API server fault at every request of an undo: a second undo restores whatever the first one could not. */
import { expect, test } from 'vitest'
import { expectRequestError, FAULTS, initial, pointsOf } from './fault-points.ts'
import { fix, undo } from './runs.ts'
import { state, story, withoutPods } from './story.ts'

/** A fixed story and the number of requests that the fix took. */
async function fixed() {
  const of = story()
  await fix(of)
  of.server.faults.clear()
  return { of, before: of.server.requests.length }
}

test.each(FAULTS)('%o in an undo leaves nothing that a second undo cannot restore', async fault => {
  const wanted = initial()
  const best = await fixed()
  await undo(best.of)
  for (const index of pointsOf(best.of.server.requests.slice(best.before), fault)) {
    const { of, before } = await fixed()
    of.server.faults.at(index, fault)
    await undo(of).catch(expectRequestError)
    of.server.faults.clear()
    await undo(of)
    const asked = of.server.requests[before + index]
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
  const best = await fixed()
  await undo(best.of)
  const requests = best.of.server.requests.slice(best.before)
  const writes = pointsOf(requests, 'lost-answer').filter(index => requests[index]?.method === 'PATCH')
  const real = writes.filter(index => !requests[index]?.query.includes('dryRun'))
  expect(real.length).toBeGreaterThan(1)
  for (const index of real) {
    const { of } = await fixed()
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
