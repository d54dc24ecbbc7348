/** What could not be read, as lines for a person: what, why, what that hides, what to ask for. */

import type { Gap } from '../snapshot/snapshot.ts'
import { joined } from './block.ts'
import { wrap } from './layout.ts'
import type { ReportOptions } from './options.ts'
import { type Palette, paletteFor } from './palette.ts'
import { visible } from './sanitise.ts'
import { gapSentence, gapStories } from './words/gaps.ts'

/** The gaps alone, ready to write: where there is nothing else to say. */
export function renderGaps(gaps: readonly Gap[], { width, color }: GapOptions): string {
  return joined(gapLines(gaps, width, paletteFor(color)))
}

type GapOptions = Pick<ReportOptions, 'width' | 'color'>

/** The gaps as lines; none where there is no gap. */
export function gapLines(gaps: readonly Gap[], width: number, palette: Palette): string[] {
  if (gaps.length === 0) return []
  const lines = gapStories(gaps).flatMap(story => [
    ...wrap(visible(gapSentence(story)), width, '  '),
    ...(story.remedy === null ? [] : wrap(visible(`→ ${story.remedy}`), width, '    ').map(palette.dim)),
  ])
  return [palette.trouble('Not everything could be read:', 'warning'), ...lines]
}
