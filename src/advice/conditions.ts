/** What decides whether a step applies, read as a sentence: a clue of the finding, and steps under a condition. */

import { type Clue, clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Step } from './step.ts'

/** Whether the finding has a clue with this code. */
export function hasClue({ clues }: Pick<Finding, 'clues'>, code: Clue['code']): boolean {
  return clueOf(clues, code) !== undefined
}

/** The steps if the condition holds, otherwise none. */
export function stepsIf(condition: boolean, ...steps: Step[]): Step[] {
  return condition ? steps : []
}
