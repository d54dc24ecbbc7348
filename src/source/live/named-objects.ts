/** Reads objects by their names, each once: one by one, or from a list where that costs the server less. */

import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import type { Kind } from '../../kubernetes/api/kinds.ts'
import { LIST_PAGE } from '../../kubernetes/api/list-page.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { keyOf } from '../../snapshot/object-key.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

export interface ObjectName {
  namespace: string
  name: string
}

/** Up to this many objects are read one by one. */
const MAX_SINGLE_READS = 16
/** A listed object costs the server far less than a single read, so the list can be this many times longer than the objects wanted. */
const LISTED_FOR_ONE_SINGLE = 5

/** Names still to be found, by namespace and name. */
type NamesToRead = Map<string, ObjectName>

/** Passes each object that exists to `visit`. A missing one is skipped; one that can't be read leaves a gap. */
export async function readNamed<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  names: ObjectName[],
  visit: (object: Object) => void,
  options: { metadataOnly?: boolean } = {},
): Promise<void> {
  const wanted: NamesToRead = new Map(names.map(name => [keyOf(name), name]))
  if (wanted.size > MAX_SINGLE_READS && (await readFromList(reading, kind, wanted, visit, options))) return
  await bounded([...wanted.values()], AT_ONCE, async ({ namespace, name }) => {
    const object = await reading.find(kind, namespace, name, options)
    if (object !== null) visit(object)
  })
}

interface Listed {
  metadata: ObjectName
}

/** Returns true if nothing is left to read: all were found, or the list is complete and the rest do not exist. */
async function readFromList<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  wanted: NamesToRead,
  visit: (object: Object) => void,
  options: { metadataOnly?: boolean },
): Promise<boolean> {
  const enough = new AbortController()
  let left = Math.max(LIST_PAGE, wanted.size * LISTED_FOR_ONE_SINGLE)
  try {
    const listing = { ...options, signal: enough.signal }
    await reading.list(kind, namespaceOf(wanted), listing, object => {
      if (wanted.delete(keyOf(object.metadata))) visit(object)
      left -= 1
      if (left < 0 || wanted.size === 0) enough.abort()
    })
    return true
  } catch (error) {
    if (!enough.signal.aborted) rethrowUnlessApiError(error)
    return wanted.size === 0
  }
}

/** Returns their namespace if it is the same for all, else null. */
function namespaceOf(wanted: NamesToRead): NamespaceOrAll {
  const [first, ...others] = new Set([...wanted.values()].map(({ namespace }) => namespace))
  return others.length === 0 ? (first ?? null) : null
}
