/** A step in words: what to do, the command, and where it has to run. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'
import { formatNumber, pluralize } from './count.ts'

/** One thing to do; `text` has no full stop, `command` is ready to paste. */
export interface StepText {
  text: string
  /** The same in fewer words, for a screen with many causes. */
  brief?: string
  command?: string
  /** Where the command has to run, such as `on node node-1`, if that is not this machine. */
  where?: string
  /** Of how many failing pods this is the way out; `helps` where the command itself fixes them. */
  reach?: { helps: boolean; pods: number; of: number }
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

/** What precedes the next step where it is printed alone: where its command has to run, and for how many of the pods it is. */
export function nextStepLabel({ command, where, reach }: StepText): string {
  const place = command === undefined || where === undefined ? '' : `, ${where}`
  return `Next${place}${reachText(reach)}:`
}

/** Says nothing of a single pod. */
function reachText(reach: StepText['reach']): string {
  if (reach === undefined || reach.of === 1) return ''
  const { helps, pods, of } = reach
  const many =
    pods === of ? `all ${formatNumber(of)} pods` : `${formatNumber(pods)} of ${pluralize(of, 'pod')}`
  return ` (${helps ? 'helps' : 'for'} ${pods === of && of === 2 ? 'both pods' : many})`
}

/** The next step with its label, as one text. */
export function nextStepText(step: StepText): string {
  return `${nextStepLabel(step)} ${step.command ?? step.text}`
}
