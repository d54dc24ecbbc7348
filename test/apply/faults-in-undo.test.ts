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
