/** A step in words: what to do, the command, and where it has to run. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'
import { formatNumber, pluralize } from './nouns.ts'

/** One thing to do; `text` has no period, `command` is ready to paste. */
export interface StepText {
  text: string
  /** The same in fewer words, for a screen with many causes. */
  brief?: string
  command?: string
  /** A command that shows whether the step applies, so that it comes first. */
  check?: string
  /** Where to run the command, such as `on node node-1`; absent: this machine. */
  where?: string
  /** The number of failing pods that the step is for; `helps` if the command itself fixes them. */
  reach?: { helps: boolean; pods: number; of: number }
}

/** Findings that share a description, the most urgent first. */
export type Findings = readonly [AdvisedFinding, ...AdvisedFinding[]]

/** Context for a step's words. */
export interface StepContext {
  invocation: Invocation
  /** The findings that the step helps. */
  findings: Findings
}

/** The words of some steps; each receives its own arguments. */
export type StepWords<Codes extends StepCode> = {
  [Code in Codes]: (step: Extract<Step, { code: Code }>, context: StepContext) => StepText
}

/** Returns the label for a next step that is printed alone: where to run its command, and how many pods it is for. */
export function nextStepLabel({ command, where, reach }: StepText): string {
  const place = command === undefined || where === undefined ? '' : `, ${where}`
  return `Next${place}${reachText(reach)}:`
}

/** Returns no text if only one pod fails. */
function reachText(reach: StepText['reach']): string {
  if (reach === undefined || reach.of === 1) return ''
  const { helps, pods, of } = reach
  const many =
    pods === of ? `all ${formatNumber(of)} pods` : `${formatNumber(pods)} of ${pluralize(of, 'pod')}`
  return ` (${helps ? 'helps' : 'for'} ${pods === of && of === 2 ? 'both pods' : many})`
}

/** Returns the step as a screen's last line offers it: if a check decides whether the step applies, with the check's command. */
export function asNextStep(step: StepText): StepText {
  return step.check === undefined ? step : { ...step, command: step.check }
}

/** Returns the next step with its label, as one text. */
export function nextStepText(step: StepText): string {
  return `${nextStepLabel(step)} ${step.command ?? step.text}`
}
