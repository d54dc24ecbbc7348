/** What could not be read, as lines for a person: what, why, what that hides, what to ask for. */

import type { Gap } from '../../snapshot/snapshot.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/block.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { wrap } from '../screen/wrap.ts'
import { gapSentence, summarizeGaps } from '../words/gaps.ts'

/** The gaps alone, ready to write: where there is nothing else to say. */
export function renderGaps(gaps: readonly Gap[], { width, color }: GapOptions): string {
  return joinLines(gapLines(gaps, width, paletteFor(color)))
}

type GapOptions = Pick<ReportOptions, 'width' | 'color'>

/** The gaps as lines; none where there is no gap. */
export function gapLines(gaps: readonly Gap[], width: number, palette: Palette): string[] {
  if (gaps.length === 0) return []
  const lines = summarizeGaps(gaps).flatMap(gap => [
    ...wrap(sanitizeLine(gapSentence(gap)), width, '  '),
    ...(gap.remedy === null ? [] : wrap(sanitizeLine(`→ ${gap.remedy}`), width, '    ').map(palette.dim)),
  ])
  return [palette.problem('Not everything could be read:', 'warning'), ...lines]
}
