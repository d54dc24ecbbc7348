/** Reads what would make the pull secrets that are missing, so that nobody creates one by hand that is in its way. */

import { SECRET_MAKER_KINDS } from '../../kubernetes/api/kinds.ts'
import { keyOf } from '../../snapshot/object-key.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import { narrowSecretMaker } from '../narrow/secret-maker.ts'
import { readDetails } from './read-details.ts'
import type { Reading } from './reading.ts'

/** Each namespace costs a request for each kind; where more lack a Secret, these show the reason. */
const MAX_NAMESPACES = 8

/**
 * Returns the secrets, the missing ones with what would make them if that is known. Most clusters have few of the kinds, and not every user
 * may read them, so what can't be read is not a gap. What makes a Secret of another namespace is not found.
 */
export async function withMakers(reading: Reading, secrets: PullSecret[]): Promise<PullSecret[]> {
  const missing = secrets.filter(({ problem }) => problem === 'missing').map(({ namespace }) => namespace)
  const namespaces = [...new Set(missing)].slice(0, MAX_NAMESPACES)
  if (namespaces.length === 0) return secrets
  const found = await Promise.all(
    SECRET_MAKER_KINDS.map(kind =>
      readDetails(namespaces, each => reading.listed(kind, each, {}, raw => narrowSecretMaker(raw, kind))),
    ),
  )
  const makers = new Map(found.flat(2).map(({ secret, maker }) => [keyOf(secret), maker]))
  return secrets.map(secret => {
    const maker = secret.problem === 'missing' ? makers.get(keyOf(secret)) : undefined
    return maker === undefined ? secret : { ...secret, maker }
  })
}
