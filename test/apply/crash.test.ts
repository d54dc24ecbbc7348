/** Kills the process at each request and journal line after the first line: the next run ends in the same state as an undisturbed run. */
import { expect, test } from 'vitest'
import { apply, fix, prepare, undo } from './runs.ts'
import { copied, type Story, state, story, withoutPods } from './story.ts'

class Killed extends Error {}

/** Counts down from the first journal line, before which nothing is written. After that, nothing works anymore. */
function killedAfter(steps: number) {
  let left = steps
  let counts = false
  return {
    before: (what: string) => {
      counts ||= what === 'journal'
      if (counts && left-- <= 0) throw new Killed()
    },
    get survived() {
      return left >= 0
    },
  }
}

async function untilKilled(
  run: (before: (what: string) => void) => Promise<unknown>,
  steps: number,
): Promise<boolean> {
  const kill = killedAfter(steps)
  await run(kill.before).catch(error => expect(error).toBeInstanceOf(Killed))
  return kill.survived
}

test('a fix killed at any point can be undone, and run again it ends in the same state, bare pods included', async () => {
  const alone = story()
  const initial = withoutPods(state(alone))
  await fix(alone)
  const wanted = state(alone)
  const start = story()
  const prepared = await prepare(start)
  let pods = 0
  for (let steps = 0; ; steps++) {
    const of = copied(start)
    const survived = await untilKilled(before => apply(of, prepared, { before }), steps)
    await requestsEnd()
    if (!of.cluster.get('Pod', 'api', 'bare')) pods++
    const undone = copied(of)
    if (hasWritten(undone, initial)) await undo(undone)
    expect(withoutPods(state(undone)), `killed after ${steps} steps`).toEqual(initial)
    await fix(of)
    expect(state(of), `killed after ${steps} steps`).toEqual(wanted)
    expect((await fix(of)).plan.changes).toEqual([])
    if (survived) break
  }
  expect(pods, 'at some point the kill left the bare pod deleted').toBeGreaterThan(0)
})

test('an undo killed at any point and run again restores the original state', async () => {
  const fixed = story()
  const initial = withoutPods(state(fixed))
  await fix(fixed)
  for (let steps = 0; ; steps++) {
    const of = copied(fixed)
    const survived = await untilKilled(before => undo(of, { before }), steps)
    await requestsEnd()
    await undo(of)
    expect(withoutPods(state(of)), `killed after ${steps} steps`).toEqual(initial)
    if (survived) break
  }
})

function hasWritten(of: Story, initial: unknown): boolean {
  return JSON.stringify(withoutPods(state(of))) !== JSON.stringify(initial)
}

/** Requests in flight still reach the server, as when a client dies. */
async function requestsEnd(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}
