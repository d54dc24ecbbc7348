/** What images that other pods run say about the name of a missing one. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import { withoutVersion } from '../../../image/reference.ts'
import type { Findings } from '../step-words.ts'

/** Returns where other images of the build are; null if none are known. */
export function buildHint({ clues }: Findings[number]): string | null {
  const build = clueOf(clues, 'build-beside')
  return build === undefined
    ? null
    : ` (${build.beside} runs with this tag, so if the build pushes its images there, write ${build.name})`
}

/** Returns which tag of the repository runs; empty if none like this one is known. */
export function tagHint({ clues, image }: Findings[number]): string {
  const tag = clueOf(clues, 'tag-beside')?.tag
  return tag === undefined ? '' : ` (other containers run ${withoutVersion(image)}:${tag})`
}
