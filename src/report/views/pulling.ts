/** Renders pulls that are taking long, for people. */

import type { Diagnosis } from '../../diagnosis/finding.ts'
import { sanitizeLine } from '../sanitize.ts'
import { wrap } from '../screen/layout.ts'
import { PULLING_TITLE, pullingTexts } from '../words/pulling.ts'

/** Returns no lines if no pull is taking long. */
export function pullingLines(diagnosis: Pick<Diagnosis, 'pulling' | 'takenAt'>, width: number): string[] {
  const texts = pullingTexts(diagnosis)
  return texts.length === 0
    ? []
    : [PULLING_TITLE, ...texts.flatMap(text => wrap(sanitizeLine(text), width, '  '))]
}
