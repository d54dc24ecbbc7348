/** Which namespaces a cluster has: a typo in a namespace's name must not look like a healthy cluster. */

import { UsageError } from '../../errors.ts'
import { isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { Reading } from './reading.ts'

/** Returns the names of all namespaces; if listing them fails, a gap and the context's own. */
export async function listNamespaces(reading: Reading): Promise<string[]> {
  try {
    return await reading.names(KINDS.Namespace, null)
  } catch (error) {
    reading.recordGap(error, KINDS.Namespace, null)
    return [reading.namespace]
  }
}

/** Whether the namespace does not exist; one that can't be read counts as existing. */
async function isMissing(reading: Reading, namespace: string): Promise<boolean> {
  try {
    await reading.get(KINDS.Namespace, null, namespace)
    return false
  } catch (error) {
    rethrowUnlessApiError(error)
    return isNotFound(error)
  }
}

/** Throws for a namespace that does not exist. The API server returns an empty list for it, and a typo must not look healthy. */
export async function assertExists(reading: Reading, namespace: string): Promise<void> {
  if (!(await isMissing(reading, namespace))) return
  throw new UsageError(`${noNamespace(namespace)}: \`kubectl get namespaces\` lists them.`)
}

/** Returns that the namespace does not exist, as the beginning of a sentence. */
export function noNamespace(namespace: string): string {
  return `There is no namespace "${namespace}" in this cluster`
}

/** Returns the namespaces that do not exist; one that can't be read counts as existing. @throws UnreachableError */
export async function missingNamespaces(reading: Reading, names: string[]): Promise<string[]> {
  const missing = await bounded(names, AT_ONCE, async name =>
    (await isMissing(reading, name)) ? [name] : [],
  )
  return missing.flat()
}
