/** The words that each step must have, and the context that they can use. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step } from '../../advice/step/step.ts'
import type { Invocation } from '../invocation.ts'

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
  /** Whether it says how to get a shell on the node. */
  entersNode?: true
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
export type StepWords<Steps extends Step> = {
  [Each in Steps as Each['code']]: (step: Each, context: StepContext) => StepText
}
