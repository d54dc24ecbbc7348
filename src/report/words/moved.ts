/** The words of an image that moved or is gone: what became of its old place, and where it is published now. */

import { clueOf } from '../../diagnosis/clues/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Moved } from '../../image/moved/moved.ts'
import type { MovedState } from '../../image/moved/moved-row.ts'
import { withoutVersion } from '../../image/reference.ts'
import { shortList } from './nouns.ts'

/** What is said of the whole registry. */
const OF_REGISTRY: readonly MovedState[] = ['restricted', 'retired', 'succeeded']

const STATES: Record<MovedState, string> = {
  deleted: 'was removed by its publisher',
  emptied: 'has lost its versioned tags: its publisher moved them',
  ended: 'does not exist: its publisher has no tags for newer versions',
  frozen: 'is frozen and has moved',
  moved: 'has moved',
  restricted: 'serves only some networks now',
  staging: 'is in a staging registry, which deletes its images after some time',
  retired: 'was shut down by its operator, or no longer serves such images',
  succeeded: 'was shut down, and its successor serves only the images that their owners moved there',
}

/** Returns what moved: the image, or only this version of it. */
function movedName({ ofTag }: Moved, reference: string): string {
  return ofTag === true ? reference : withoutVersion(reference)
}

/** Returns, without a period, what became of the old place, and where the image is published now if that is known. @param to the new name as shown */
export function movedText(moved: Moved, reference: string, to = moved.to): string {
  const { state, frozen, onlyFor, others, leftPlaces } = moved
  const ofRegistry = OF_REGISTRY.includes(state)
  const about = ofRegistry ? `The registry ${reference.split('/')[0]}` : movedName(moved, reference)
  const what = state === 'frozen' && to === null ? 'gets no new tags' : becameOf({ state, onlyFor })
  const published =
    state === 'staging' ? 'its releases, if it has any, are' : ofRegistry ? 'the image is' : 'it is'
  const elsewhere =
    others === undefined
      ? ''
      : `; ${state === 'ended' ? `another publisher has it at ${others}` : `other versions are published at ${others}`}`
  const where =
    to === null ? elsewhere : `; ${published} published as ${to}${frozen ? ' (frozen: no more updates)' : ''}`
  const too = leftPlaces === undefined ? '' : ` from ${leftPlaces}`
  return `${about} ${what}${too} ${whenSeen(moved)}${where}`
}

function becameOf({ state, onlyFor }: Pick<Moved, 'state'> & { onlyFor: string | undefined }): string {
  return onlyFor === undefined ? STATES[state] : `serves only ${onlyFor} now`
}

const whenSeen = ({ since, source, asOf }: Moved) => `(since ${since}, ${source}; checked ${asOf})`

/** Returns what became of the nodes' mirror, to follow its name; null for one of which nothing is known. */
export function formerState({ clues }: Pick<Finding, 'clues'>): string | null {
  const moved = clueOf(clues, 'former-mirror')?.moved
  if (moved === undefined) return null
  const { state, onlyFor } = moved
  return state === 'retired'
    ? `was shut down by its operator ${whenSeen(moved)}`
    : `${becameOf({ state, onlyFor })} ${whenSeen(moved)}; if that includes these nodes, only its operator knows why it refused them`
}

/** Returns which other images of the group moved at the same time, as a sentence; empty if there are none. */
export function alsoMoved(findings: readonly { moved: Moved | null; reference: string | null }[]): string {
  const state = findings[0]?.moved?.state
  if (state === undefined || OF_REGISTRY.includes(state)) return ''
  const names = findings.flatMap(({ moved, reference }) =>
    moved?.state !== state || reference === null
      ? []
      : `${movedName(moved, reference)}${moved.to === null ? '' : ` (now ${withoutVersion(moved.to)})`}`,
  )
  const [, ...more] = new Set(names)
  return more.length === 0 ? '' : `The same is true of ${shortList(more, 5)}.`
}
