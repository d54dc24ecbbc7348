/** Pulls that take long, as lines for a person. */

import type { Diagnosis } from '../../diagnosis/finding.ts'
import { sanitizeLine } from '../sanitize.ts'
import { wrap } from '../screen/wrap.ts'
import { PULLING_TITLE, pullingTexts } from '../words/pulling.ts'

/** None where no pull takes long. */
export function pullingLines(diagnosis: Pick<Diagnosis, 'pulling' | 'takenAt'>, width: number): string[] {
  const texts = pullingTexts(diagnosis)
  return texts.length === 0
    ? []
    : [PULLING_TITLE, ...texts.flatMap(text => wrap(sanitizeLine(text), width, '  '))]
}
