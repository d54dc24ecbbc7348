/** Numbers the logins in the pull secrets of a dump, so that equal ones can be told from others without keeping any. */

import { objectKey } from '../../snapshot/object-key.ts'
import type { NumberedLogin, PullSecret } from '../../snapshot/pull-secret.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { DumpFacts } from './facts.ts'

/** @param named those that failing pods or their service accounts name; without a login in one of them, nothing is compared */
export function numberedLogins(
  named: readonly PullSecret[],
  others: readonly PullSecret[],
  { logins }: Pick<DumpFacts, 'logins'>,
): Pick<Snapshot, 'numberedLogins'> {
  const numbers = new Map<string, number>()
  const numbered = (secrets: readonly PullSecret[]) =>
    secrets.flatMap(({ namespace, name }) =>
      (logins.get(objectKey(namespace, name)) ?? []).map(({ key, mark }): NumberedLogin => {
        const login = numbers.get(mark) ?? numbers.size
        numbers.set(mark, login)
        return { namespace, secret: name, key, login }
      }),
    )
  const own = numbered(named)
  const all = own.length === 0 ? [] : [...own, ...numbered(others)]
  return all.length < 2 ? {} : { numberedLogins: all }
}
