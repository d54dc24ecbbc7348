/** Looks an image up among those that moved or are gone, and names its new place. */

import { MOVED_IMAGES, MOVED_IMAGES_DATE, type MovedRow, type MovedState } from './moved-images.ts'
import { fullName, type Reference } from './reference.ts'

export interface Moved {
  /** The same image at its new place, with its tag or digest; null where that is unknown. Only a HEAD proves that it is there. */
  to: string | null
  state: MovedState
  /** ISO 8601 date. */
  since: string
  /** The new place gets no updates. */
  frozen: boolean
  /** Where it was announced or seen. */
  source: string
  /** The day on which the table was last checked. */
  asOf: string
}

/**
 * Where this image is published now; null for one that no row speaks of. The longest row that fits counts.
 * @param answer what its registry said: that it refuses, or that nothing is there; `none` where it did not answer as one
 */
export function movedImage(reference: Reference, answer: 'refused' | 'missing' | 'none'): Moved | null {
  const name = fullName(reference)
  const rows = MOVED_IMAGES.filter(row => restBehind(row.prefix, name) !== null && fits(row, answer))
  const row = rows.reduce<MovedRow | null>(
    (best, next) => (best === null || next.prefix.length > best.prefix.length ? next : best),
    null,
  )
  if (row === null) return null
  const { state, since, source, to, prefix } = row
  const rest = restBehind(prefix, name) ?? ''
  return {
    to: to === null ? null : `${to.replace(/\*$/, '')}${rest}`,
    state,
    since,
    frozen: row.frozen === true,
    source,
    asOf: MOVED_IMAGES_DATE,
  }
}

function fits({ gone, onlyMissing }: MovedRow, answer: 'refused' | 'missing' | 'none'): boolean {
  if (answer === 'none') return gone === true
  return answer === 'missing' || onlyMissing !== true
}

/** What follows the prefix, which ends at the border of a path component unless it ends in `*`; null where it does not fit. */
function restBehind(prefix: string, name: string): string | null {
  if (prefix.startsWith('*.')) {
    const [host = '', ...path] = name.split('/')
    return host.endsWith(prefix.slice(1)) ? `/${path.join('/')}` : null
  }
  const start = prefix.replace(/\*$/, '')
  if (!name.startsWith(start)) return null
  const rest = name.slice(start.length)
  return prefix.endsWith('*') || /^[/:@]/.test(rest) ? rest : null
}
