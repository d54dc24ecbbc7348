/** The node has no space, inodes, or memory for the layers. A registry with a full disk answers 5xx instead. */

import { type CauseRule, matchesAny } from './cause-rule.ts'

/** Docker's devicemapper, which goes on to name the option for it, dm.min_free_space. */
export const THIN_POOL = /\bthin pool has \d+ free (?:meta)?data blocks\b/i

const PATTERNS = [
  /\bno space left on device\b|\benospc\b/,
  /\bdisk quota exceeded\b|\bedquot\b/,
  /\bcannot allocate memory\b|\bout of memory\b/,
  /\b(?:not enough|insufficient|no|out of) (?:(?:free|available|more|disk|storage) ){0,4}(?:space|inodes|disk)\b/,
  THIN_POOL,
  /\bnot enough (?:free )?(?:space|storage|memory)\b|\bdisk (?:is )?full\b|\bfile ?system (?:is )?full\b/,
]

export const diskFull: CauseRule<'disk-full'> = {
  cause: 'disk-full',
  matches: ({ masked, status }) => (status === null || status < 500) && matchesAny(masked, PATTERNS),
}
