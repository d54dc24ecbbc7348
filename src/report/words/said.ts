/** A step in words: what to do, the command, and where it has to run. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'

/** One thing to do; `say` has no full stop, `command` is ready to paste. */
export interface Said {
  say: string
  command?: string
  /** Where the command has to run, such as `on node node-1`, if that is not this machine. */
  where?: string
}

/** Findings that share one story, the most urgent first. */
export type Findings = readonly [AdvisedFinding, ...AdvisedFinding[]]

/** What a step's words may speak of. */
export interface StepPlace {
  invocation: Invocation
  /** Those of the story that the step helps. */
  findings: Findings
}

/** The words of some steps; each takes its own arguments. */
export type WordsOf<Codes extends StepCode> = {
  [Code in Codes]: (step: Extract<Step, { code: Code }>, place: StepPlace) => Said
}

/** The next step as a label and what follows it: a last line stands alone, so it also says where a command has to run. */
export function nextWords({ say, command, where }: Said): { label: string; text: string } {
  if (command === undefined) return { label: 'Next:', text: say }
  return { label: where === undefined ? 'Next:' : `Next, ${where}:`, text: command }
}

/** The same in one text. */
export function nextText(said: Said): string {
  const { label, text } = nextWords(said)
  return `${label} ${text}`
}
