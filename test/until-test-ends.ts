/** Resources that live as long as the test that makes them. */
import { onTestFinished } from 'vitest'

/** Disposes of it when the test ends, the newest first; `await using` does not exist in Node 22. */
export function untilTestEnds<T extends AsyncDisposable>(resource: T): T {
  onTestFinished(async () => await resource[Symbol.asyncDispose]())
  return resource
}
