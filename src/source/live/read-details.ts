/** Reads what only adds detail to a report, so that it may be missing. */

import { isForbidden, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'

/** Returns what can be read, without a gap for the rest; after a refusal, nothing more is requested. @throws any error that is not an ApiError */
export async function readDetails<Item, Found>(
  items: readonly Item[],
  read: (item: Item) => Promise<Found>,
): Promise<Found[]> {
  let forbidden = false
  const found = await bounded(items, AT_ONCE, async item => {
    if (forbidden) return []
    try {
      return [await read(item)]
    } catch (error) {
      rethrowUnlessApiError(error)
      forbidden ||= isForbidden(error)
      return []
    }
  })
  return found.flat()
}
