/** Puts steps into words. A step without words does not compile. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'
import type { Findings, StepContext, StepText, StepWords } from './step-words.ts'
import { awsPolicySteps } from './steps/aws-policies.ts'
import { certificateSteps } from './steps/certificates.ts'
import { imageContentSteps } from './steps/image-content.ts'
import { limitSteps, policySteps } from './steps/limits.ts'
import { loginSteps } from './steps/logins.ts'
import { mirrorSteps } from './steps/mirrors.ts'
import { nameSteps } from './steps/names.ts'
import { networkSteps } from './steps/network.ts'
import { nodeSteps } from './steps/nodes.ts'
import { permissionSteps } from './steps/permissions.ts'
import { podSteps } from './steps/pods.ts'

const WORDS: StepWords<StepCode> = {
  ...loginSteps,
  ...permissionSteps,
  ...policySteps,
  ...awsPolicySteps,
  ...nameSteps,
  ...networkSteps,
  ...certificateSteps,
  ...mirrorSteps,
  ...nodeSteps,
  ...imageContentSteps,
  ...limitSteps,
  ...podSteps,
}

/**
 * Returns what to do about findings that share a story, best first: the steps of the finding with the most, then those that only others
 * have.
 */
export function stepsOf(findings: Findings, invocation: Invocation): [StepText, ...StepText[]] {
  const [first, ...others] = findings
  const [leading, ...following] = others.reduce(
    (longest, { steps }) => (steps.length > longest.length ? steps : longest),
    first.steps,
  )
  const known = new Set([leading, ...following].map(({ code }) => code))
  const more: Step[] = []
  for (const step of findings.flatMap(({ steps }) => steps)) {
    if (known.has(step.code)) continue
    known.add(step.code)
    more.push(step)
  }
  const toText = (step: Step) => wordStep(step, { invocation, findings: helpedBy(step, findings) })
  return [asFirst(toText(leading)), ...following.map(toText), ...more.map(toText)]
}

/** Returns the step without the "Or" that joins it to the steps before it: it is the first. */
function asFirst({ text, brief, ...rest }: StepText): StepText {
  const alone = (words: string) => words.replace(/^Or,? (.)/, (_or, letter: string) => letter.toUpperCase())
  return { text: alone(text), ...(brief !== undefined && { brief: alone(brief) }), ...rest }
}

/** Returns one step in words. */
function wordStep(step: Step, context: StepContext): StepText {
  // Each code's words take that code's step; the compiler can't follow the code through the union.
  return WORDS[step.code](step as never, context)
}

/** Returns the findings that have this step. */
function helpedBy(step: Step, findings: Findings): Findings {
  const [first = findings[0], ...others] = findings.filter(has(step.code))
  return [first, ...others]
}

const has =
  (code: StepCode) =>
  ({ steps }: AdvisedFinding) =>
    steps.some(step => step.code === code)
