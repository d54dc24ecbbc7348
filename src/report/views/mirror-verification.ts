/** The answers of a mirror for a person: one line for each verdict, with the images that it is about. */

import type { JudgedMirrorCheck, Verification } from '../../mirror/verification.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field } from '../screen/block.ts'
import type { Palette } from '../screen/palette.ts'
import { wrap } from '../screen/wrap.ts'
import { allOf, pluralize, shortList } from '../words/count.ts'
import { verdictText, verificationNote } from '../words/mirror/verification.ts'

const SHOWN = 4

export function verificationLines(
  verification: Verification,
  { width }: Pick<ReportOptions, 'width'>,
  palette: Palette,
): string[] {
  const { checks } = verification
  return [
    ...title(verification, width, palette),
    ...[...Map.groupBy(checks, verdictText)].flatMap(([text, same]) =>
      field({ label: same.length === 1 ? 'image' : 'images', text: `${namesOf(same)}: ${text}` }, width),
    ),
    ...wrap(sanitizeLine(verificationNote(verification)), width, '  ').map(palette.dim),
  ]
}

function title({ checks, wrong, served, proven }: Verification, width: number, palette: Palette): string[] {
  if (checks.length === 0)
    return wrap('No image of these registries runs, so the mirror was not asked.', width)
  if (wrong > 0) {
    const text = `The mirror fails for ${wrong === checks.length ? pluralize(wrong, 'image') : `${wrong} of ${pluralize(checks.length, 'image')}`}:`
    return wrap(text, width).map(line => palette.problem(line, 'error'))
  }
  if (!proven)
    return wrap('Nothing proves that the mirror works:', width).map(line => palette.problem(line, 'warning'))
  const text =
    served < checks.length
      ? `The mirror works for ${served} of ${checks.length} images`
      : checks.length === 1
        ? 'The mirror works for the image'
        : `The mirror works for ${allOf(checks.length).toLowerCase()} images`
  return wrap(`${text} that it was asked for:`, width).map(palette.success)
}

function namesOf(checks: readonly JudgedMirrorCheck[]): string {
  return shortList(
    checks.map(({ reference }) => reference),
    SHOWN,
  )
}
