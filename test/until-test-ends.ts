/** Resources that live as long as the test that creates them. */
import { onTestFinished } from 'vitest'

/** Disposes of the resource when the test ends, newest first; Node 22 does not have `await using`. */
export function untilTestEnds<T extends AsyncDisposable>(resource: T): T {
  onTestFinished(async () => await resource[Symbol.asyncDispose]())
  return resource
}
