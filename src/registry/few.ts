/** Asks a few at a time: what pods name decides how many are asked, and one that is slow must not hold up all others. */

const AT_ONCE = 6

/** Calls `work` on every item, results in the items' order. Rejects with the first failure. */
export async function few<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  return results
}
