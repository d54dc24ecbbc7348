/** Runs many requests a few at a time. */

/**
 * Calls `work` on every item, at most `limit` at once, and returns the results in the items' order. After a failure no more calls start,
 * and pending ones finish before the failure is thrown: the outcome of each write is then known.
 */
export async function bounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const failures: unknown[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}

/** The number of concurrent requests: enough to keep an API server's cores busy, and far below its limits for one client. */
export const AT_ONCE = 16
