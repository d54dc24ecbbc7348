/** Runs many requests a few at a time. */

/** Calls `work` on every item, at most `limit` at once; results in the items' order. The first failure ends it. */
export async function bounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  } finally {
    // After a failure those still at work find nothing more to begin.
    while (!queue.next().done);
  }
  return results
}

/** How many requests are under way at once: enough to keep an API server's cores busy, far from its limits for one client. */
export const AT_ONCE = 16
