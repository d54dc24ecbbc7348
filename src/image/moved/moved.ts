/** Looks up an image among those that moved or were removed. */

import { fullName, type Reference } from '../reference.ts'
import { MOVED_BITNAMI_IMAGES } from './moved-bitnami-images.ts'
import { MOVED_FROM_GCR } from './moved-from-gcr.ts'
import { MOVED_FROM_HUBS } from './moved-from-hubs.ts'
import { MOVED_IMAGES, MOVED_IMAGES_DATE } from './moved-images.ts'
import { MOVED_NETWORK_IMAGES } from './moved-network-images.ts'
import { MOVED_OFFICIALS } from './moved-officials.ts'
import type { MovedRow, MovedState } from './moved-row.ts'

export interface Moved {
  /** The same image at its new place, with its tag or digest; null if unknown. Only a HEAD request proves that it exists. */
  to: string | null
  state: MovedState
  /** ISO 8601 date. */
  since: string
  /** The new place gets no updates. */
  frozen: boolean
  /** Whom the old place still serves; absent if it is anyone or nobody. */
  onlyFor?: string
  /** Only this tag is meant: the image has others at the old place. */
  ofTag?: true
  /** Where the publisher has other versions now, or somebody else this one; absent if that is not known, or if the image has a new place. */
  others?: string
  /** The places that its publisher has left, if there are several. */
  leftPlaces?: string
  /** Where it was announced or seen. */
  source: string
  /** The day on which the table was last checked. */
  asOf: string
}

/** All rows. */
export const MOVED_ROWS: readonly MovedRow[] = [
  ...MOVED_IMAGES,
  ...MOVED_FROM_GCR,
  ...MOVED_FROM_HUBS,
  ...MOVED_BITNAMI_IMAGES,
  ...MOVED_NETWORK_IMAGES,
  ...MOVED_OFFICIALS,
]

/** One old place of a row. */
interface Move extends MovedRow {
  prefix: string
  to: string | null
}

const MOVES: readonly Move[] = MOVED_ROWS.flatMap(row =>
  Object.entries(row.moves).map(([prefix, to]) => ({ ...row, prefix, to })),
)

const ANY_HOST = '*'

/** By the part of a name that a matching image shares: its registry, or that and the first part of its path. */
const BY_PLACE: ReadonlyMap<string, Move[]> = Map.groupBy(MOVES, ({ prefix }) => {
  const [host = '', first] = prefix.split('/')
  if (host.startsWith('*')) return ANY_HOST
  return first === undefined || first.includes('*') ? host : `${host}/${first}`
})

/**
 * The registry's answer: that it refuses, or that the image is missing; `unreached` if its name has no address anymore, or nothing answers there,
 * `limited` if it only refused for too many pulls, `unasked` if the pull failed on the way to it; `none` if no registry answered for another reason.
 */
export type RegistryAnswer = 'refused' | 'missing' | 'unreached' | 'limited' | 'unasked' | 'none'

/** Where this image is published now; null if no row matches. The longest old place wins. */
export function movedImage(reference: Reference, answer: RegistryAnswer): Moved | null {
  const name = fullName(reference)
  const [first = ''] = reference.repository.split('/')
  const places = [ANY_HOST, reference.registry, `${reference.registry}/${first}`]
  const moves = places
    .flatMap(place => BY_PLACE.get(place) ?? [])
    .filter(move => isBelow(move.prefix, name) && isMovedGiven(move, answer, reference))
  const move = moves.reduce<Move | null>(
    (best, next) => (best === null || next.prefix.length > best.prefix.length ? next : best),
    null,
  )
  // The digest is pulled, whatever became of the tag before it.
  const hasDigest = move?.state === 'ended' && reference.digest !== null && answer !== 'missing'
  if (move === null || hasDigest || move.stays?.some(place => isBelow(place, name))) return null
  const { state, since, source, to, prefix } = move
  const rest = restBehind(prefix, name) ?? ''
  return {
    to: to === null ? null : `${to.replace(/\*$/, '')}${rest}`,
    state,
    since,
    frozen: move.frozen === true,
    ...(move.onlyFor !== undefined && { onlyFor: move.onlyFor }),
    ...(prefix.includes(':') && { ofTag: true as const }),
    ...(move.others !== undefined && { others: move.others }),
    ...(move.leftPlaces !== undefined && { leftPlaces: move.leftPlaces }),
    source,
    asOf: MOVED_IMAGES_DATE,
  }
}

function isMovedGiven(row: MovedRow, answer: RegistryAnswer, { tag, digest }: Reference): boolean {
  if (answer === 'none') return row.gone === true
  // Nothing was asked about the image, so only what has surely gone counts: an emptied place may have kept the tag latest, and its digests.
  const isGone =
    (row.state === 'deleted' ||
      row.state === 'ended' ||
      (row.state === 'emptied' && tag !== null && tag !== 'latest' && digest === null)) &&
    row.onlyMissing !== true &&
    row.onlyFor === undefined
  // Whoever announced the end of a registry takes its name out of DNS last.
  if (answer === 'unreached') return isGone || row.gone === true || row.state === 'retired'
  if (answer === 'unasked') return isGone || row.gone === true
  if (answer === 'limited') return isGone || row.copied === true
  return answer === 'missing' ? row.onlyFor === undefined : row.onlyMissing !== true
}

function isBelow(prefix: string, name: string): boolean {
  return restBehind(prefix, name) !== null
}

/** What follows the prefix; null if it does not match. Unless it ends in `*`, it has to end with a whole path component. */
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
