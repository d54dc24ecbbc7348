/** Tells whether two pull secrets of a dump have the same login, without keeping any: each is marked with a digest under a key of this run. */

import { createHmac, randomBytes } from 'node:crypto'
import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import type { Reference } from '../../image/reference.ts'
import { pullLoginsOf } from '../narrow/pull-secret.ts'

/** The logins of one secret: their keys, and what tells them apart. */
export type LoginMarks = readonly { key: string; mark: string }[]

/** Returns what marks the logins in a Secret; null for one without any. */
export function loginMarker(): (raw: unknown) => LoginMarks | null {
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
export function marksFor(image: Pick<Reference, 'registry' | 'repository'>, logins: LoginMarks): string[] {
  return lookUpCredentials(image, logins).tried.map(({ mark }) => mark)
}
