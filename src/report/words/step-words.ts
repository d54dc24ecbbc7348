/** A step in words: what to do, the command, and where it has to run. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'

/** One thing to do; `text` has no full stop, `command` is ready to paste. */
export interface StepText {
  text: string
  command?: string
  /** Where the command has to run, such as `on node node-1`, if that is not this machine. */
  where?: string
}

/** Findings that are described alike, the most urgent first. */
export type Findings = readonly [AdvisedFinding, ...AdvisedFinding[]]

/** What a step's words can refer to. */
export interface StepContext {
  invocation: Invocation
  /** Those that the step helps. */
  findings: Findings
}

/** The words of some steps; each takes its own arguments. */
export type StepWords<Codes extends StepCode> = {
  [Code in Codes]: (step: Extract<Step, { code: Code }>, context: StepContext) => StepText
}

/** What precedes the next step where it is printed alone: it also says where the command has to run. */
export function nextStepLabel({ command, where }: StepText): string {
  return command === undefined || where === undefined ? 'Next:' : `Next, ${where}:`
}

/** The next step with its label, as one text. */
export function nextStepText(step: StepText): string {
  return `${nextStepLabel(step)} ${step.command ?? step.text}`
}
