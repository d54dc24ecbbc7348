/** Narrows a service account to the pull secrets that new pods get from it. */

import type { ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowName } from './bounded-text.ts'
import { list, nameOf, namespaceOf, record } from './shape.ts'

/** Null without a name. */
export function narrowServiceAccount(raw: unknown): ServiceAccount | null {
  const name = nameOf(raw)
  if (name === null) return null
  return {
    namespace: namespaceOf(raw),
    name,
    imagePullSecrets: narrowSecretNames(record(raw).imagePullSecrets),
  }
}

/** The names of an imagePullSecrets list, in order; entries without a name are allowed by the API and mean nothing. */
export function narrowSecretNames(value: unknown): string[] {
  return list(value)
    .map(entry => narrowName(record(entry).name))
    .filter(name => name !== '')
}
