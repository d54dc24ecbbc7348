/** A short block for each cause, with the words of a diagnosis, for what a fix can't or could not help. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import { type CauseGroup, groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { stepLines } from '../screen/command-lines.ts'
import { field, type Palette, wrap } from '../screen/layout.ts'
import { titleOf } from '../words/causes.ts'
import { pluralize } from '../words/nouns.ts'
import { stepsOf } from '../words/steps.ts'

/**
 * Returns a short block per cause, with the diagnosis' wording.
 * @param about the line below the title
 * @param most how many steps are shown
 */
export function briefCauseBlocks(
  findings: readonly AdvisedFinding[],
  about: (cause: CauseGroup) => { label: string; text: string },
  most: number,
  { invocation, width, palette }: { invocation: Invocation; width: number; palette: Palette },
): string[][] {
  return groupByCause(findings, invocation).map(group => {
    const [first] = group.findings
    const title = sanitizeLine(`${titleOf(group)}: ${pluralize(group.pods, 'pod')}`)
    return [
      ...wrap(title, width).map(line => palette.problem(line, first.severity)),
      ...field(about(group), width),
      ...stepLines('what to do', stepsOf(group.findings, invocation).slice(0, most), { width, palette }),
    ]
  })
}
