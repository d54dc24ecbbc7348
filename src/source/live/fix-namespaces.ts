/** Reads the namespaces that a fix may write to. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeNamespace } from '../../snapshot/fix-scope.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import type { FixScopeOptions } from './fix-scope-options.ts'
import type { Reading } from './reading.ts'

/** Those of the scope that are there, sorted. @throws ApiError */
export async function readScopeNamespaces(
  reading: Reading,
  options: FixScopeOptions,
): Promise<ScopeNamespace[]> {
  const { namespaces, excluded, pods } = options
  try {
    const found = await namespaceObjects(reading, options)
    return found
      .filter(({ name }) => !excluded.includes(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    // Somebody who may write in a namespace need not be allowed to look at the namespace object.
    if (!isForbidden(error)) throw error
    reading.recordGap(error, KINDS.Namespace, null)
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
}

async function namespaceObjects(
  reading: Reading,
  { namespaces, mayBeGone }: FixScopeOptions,
): Promise<ScopeNamespace[]> {
  const found: ScopeNamespace[] = []
  const keep = (object: NamespaceObject) =>
    found.push({ name: object.metadata.name, terminating: isEnding(object) })
  if (namespaces === null) {
    await reading.list(KINDS.Namespace, null, { limit: 500 }, keep)
    return found
  }
  await bounded(namespaces, AT_ONCE, async name => {
    try {
      keep(await reading.get(KINDS.Namespace, null, name))
    } catch (error) {
      if (!isNotFound(error) || !mayBeGone) throw error
    }
  })
  return found
}

type NamespaceObject = NonNullable<(typeof KINDS.Namespace)['model']>

/** Whether the namespace is on its way out, so that nothing new can be made there. */
export function isEnding({ metadata, status }: NamespaceObject): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating'
}
