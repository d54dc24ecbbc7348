/** What the image of the older revision that still runs says about the name of the failing one: another tag, or another repository. */

import { type Clue, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import { isMisspelledPath } from '../../../image/mistakes/similar-names.ts'
import { parseReference, withoutVersion } from '../../../image/reference.ts'
import type { Findings } from '../step-words.ts'

type Failing = Pick<Findings[number], 'clues' | 'image' | 'subcause' | 'moved' | 'check'>

/** Returns what the revision that still runs has in place of the tag or of the repository, if that says something; null if it has another image. */
export function servingHint(finding: Failing): string | null {
  const older = servingIn(finding)
  if (older === null) return null
  const { image } = finding
  const repository = `${withoutVersion(image)}:`
  if (!older.image.startsWith(repository)) return otherRepositoryHint(finding) || null
  const tag = older.image.slice(repository.length)
  const form = (version: string) => version.replace(/\d+/g, '0')
  return form(tag) === form(image.slice(repository.length))
    ? ''
    : ` (revision ${older.revision}, which still runs, has the tag ${tag})`
}

/** Returns that the revision that still runs has a repository whose name is like this one; empty if it does not. */
export function otherRepositoryHint(finding: Failing): string {
  const older = servingIn(finding)
  const repository = older === null ? null : withoutVersion(older.image)
  return repository !== null && older !== null && meantRepository(finding)?.known === `${repository}:`
    ? ` (revision ${older.revision}, which still runs, has the repository ${repository})`
    : ''
}

/**
 * Returns what to set where an older revision runs an image of another repository, and the registry did not say that this one exists: that
 * repository if the names differ by a typo, otherwise any image. Null if the repository is known, or if no such revision runs.
 */
export function meantRepository(finding: Failing): { known: string; open: string } | null {
  const { image } = finding
  const older = servingIn(finding)
  if (older === null || isProven(finding)) return null
  const [wanted, existing] = [parseReference(image), parseReference(older.image)]
  if (wanted === null || existing === null || wanted.registry !== existing.registry) return null
  if (wanted.repository === existing.repository) return null
  return isMisspelledPath(wanted.repository, existing.repository)
    ? { known: `${withoutVersion(older.image)}:`, open: '<tag>' }
    : { known: '', open: '<image>' }
}

/** What only a repository that exists can show. */
const OF_REPOSITORY: readonly Clue['code'][] = [
  'held-elsewhere',
  'runs-elsewhere',
  'tag-deleted',
  'missing-child',
  'missing-layer',
  'no-latest',
]

export function isProven({ clues, subcause, moved, check }: Failing): boolean {
  const isFound = check?.verdict === 'no-such-tag' || check?.verdict === 'no-such-digest'
  return subcause === 'tag' || isFound || moved !== null || hasClue(clues, ...OF_REPOSITORY)
}

function servingIn({ clues }: Failing): { revision: number; image: string } | null {
  const older = clueOf(clues, 'older-serves')
  return older === undefined || older.image === null ? null : { revision: older.revision, image: older.image }
}
