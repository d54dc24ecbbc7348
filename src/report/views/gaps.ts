/** Renders what was not read, for people: gaps, with what they hide and which permission to request, and skipped files of a dump. */

import type { Gap, SnapshotSource } from '../../snapshot/snapshot.ts'
import type { ReportOptions } from '../formats.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { type GapAbout, gapSentence, summarizeGaps } from '../words/gaps.ts'
import { pluralize, shortList } from '../words/nouns.ts'

/** Returns the gaps as text, for output that contains nothing else. */
export function renderGaps(gaps: readonly Gap[], { width, color }: GapOptions): string {
  return joinLines(gapLines(gaps, width, paletteFor(color)))
}

type GapOptions = Pick<ReportOptions, 'width' | 'color'>

/** Returns the gaps as lines; none without gaps. */
export function gapLines(
  gaps: readonly Gap[],
  width: number,
  palette: Palette,
  of: GapAbout = 'diagnosis',
): string[] {
  if (gaps.length === 0) return []
  const lines = summarizeGaps(gaps, of).flatMap(gap => [
    ...wrap(sanitizeLine(gapSentence(gap)), width, '  '),
    ...(gap.remedy === null ? [] : wrap(sanitizeLine(`→ ${gap.remedy}`), width, '    ').map(palette.dim)),
  ])
  return [palette.problem('Not everything could be read:', 'warning'), ...lines]
}

/** Returns one sentence per skipped file, for standard error; empty for a cluster. */
export function renderSourceNotes(source: SnapshotSource, width: number): string {
  return joinLines(sentences(source).flatMap(sentence => wrap(sanitizeLine(sentence), width)))
}

function sentences(source: SnapshotSource): string[] {
  if (source.type === 'cluster') return []
  const { passedOver, unentered = [] } = source
  const notes: string[] = []
  if (passedOver !== undefined) {
    const { count, examples } = passedOver
    const names = count > examples.length ? `${examples.join(', ')}, …` : examples.join(', ')
    notes.push(
      `${pluralize(count, 'file')} ${count === 1 ? 'was' : 'were'} skipped because ${count === 1 ? 'it holds' : 'they hold'} no Kubernetes objects: ${names}.`,
    )
  }
  if (unentered.length > 0)
    notes.push(`Folders in ${shortList(unentered, 3)} were not read: add -R to read them too.`)
  return notes
}
