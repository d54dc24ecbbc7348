/** Tells equal logins in the pull secrets of a dump from others, without keeping any: each is marked with a digest under a key of this run. */

import { createHmac, randomBytes } from 'node:crypto'
import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import type { Reference } from '../../image/reference.ts'
import { keyOf } from '../../snapshot/object-key.ts'
import type { NumberedLogin, PullSecret } from '../../snapshot/pull-secret.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { pullLoginsOf } from '../narrow/pull-secret.ts'
import type { DumpFacts } from './facts.ts'

export interface MarkedLogin {
  /** As written, such as `https://index.docker.io/v1/`. */
  key: string
  mark: string
}

/** Returns what marks the logins in a Secret; null for one without any. */
export function loginMarker(): (raw: unknown) => MarkedLogin[] | null {
  const secret = randomBytes(32)
  return raw => {
    const logins = pullLoginsOf(raw)
    if (logins === 'malformed' || logins.length === 0) return null
    return logins.map(({ key, username, password }) => ({
      key,
      mark: password
        .map(text =>
          createHmac('sha256', secret)
            .update(JSON.stringify([username, text]))
            .digest('base64'),
        )
        .reveal(),
    }))
  }
}

/** The marks of the logins that the kubelet would try for the image. */
export function marksFor(image: Reference, logins: readonly MarkedLogin[]): string[] {
  return lookUpCredentials(image, logins).tried.map(({ mark }) => mark)
}

/**
 * Returns the logins with numbers in place of their marks.
 * @param named those that failing pods or their service accounts name; without a login in one of them, nothing is compared
 */
export function numberedLogins(
  named: readonly PullSecret[],
  others: readonly PullSecret[],
  { logins }: Pick<DumpFacts, 'logins'>,
): Pick<Snapshot, 'numberedLogins'> {
  const numbers = new Map<string, number>()
  const numbered = (secrets: readonly PullSecret[]) =>
    secrets.flatMap(secret =>
      (logins.get(keyOf(secret)) ?? []).map(({ key, mark }): NumberedLogin => {
        const login = numbers.get(mark) ?? numbers.size
        numbers.set(mark, login)
        return { namespace: secret.namespace, secret: secret.name, key, login }
      }),
    )
  const own = numbered(named)
  const all = own.length === 0 ? [] : [...own, ...numbered(others)]
  return all.length < 2 ? {} : { numberedLogins: all }
}
