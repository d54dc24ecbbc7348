/** Steps in words: what to do, the command, and where it has to run. A step without words does not compile. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step/step.ts'
import type { Invocation } from '../invocation.ts'
import { formatNumber, pluralize } from './nouns.ts'
import type { Findings, StepContext, StepText, StepWords } from './step-words.ts'
import { answerSteps } from './steps/answers.ts'
import { certificateSteps } from './steps/certificates.ts'
import { cloudPermissionSteps } from './steps/cloud-permissions.ts'
import { dnsSteps } from './steps/dns.ts'
import { hostNameSteps } from './steps/host-names.ts'
import { imageContentSteps } from './steps/image-content.ts'
import { storeSteps } from './steps/image-store.ts'
import { limitSteps } from './steps/limits.ts'
import { loginSteps } from './steps/logins.ts'
import { mirrorSteps } from './steps/mirrors.ts'
import { nameSteps } from './steps/names.ts'
import { networkSteps } from './steps/network.ts'
import { nodeServiceSteps } from './steps/node-services.ts'
import { nodeSteps } from './steps/nodes.ts'
import { permissionSteps } from './steps/permissions.ts'
import { podSteps } from './steps/pods.ts'
import { policySteps } from './steps/policies.ts'
import { proxySteps } from './steps/proxies.ts'
import { replacementSteps } from './steps/replacements.ts'
import { sandboxSteps } from './steps/sandbox.ts'
import { serviceSteps } from './steps/services.ts'
import { snapshotterSteps } from './steps/snapshotters.ts'
import { wrongNameSteps } from './steps/wrong-names.ts'

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

/** Returns a step without its side remarks, for a place below the whole step. */
export function shortened(step: StepText): StepText {
  return { ...step, text: firstClause(step.text) }
}

/** Returns the text up to the first semicolon or the end of the first sentence, outside of code and parentheses. */
function firstClause(text: string): string {
  let depth = 0
  let isCode = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '`') isCode = !isCode
    else if (letter === '(') depth++
    else if (letter === ')') depth--
    else if (depth === 0 && !isCode && /^(?:; |\. [A-Z])/.test(text.slice(at, at + 3)))
      return text.slice(0, at)
  }
  return text
}

const WORDS: StepWords<Step> = {
  ...loginSteps,
  ...permissionSteps,
  ...policySteps,
  ...cloudPermissionSteps,
  ...nameSteps,
  ...replacementSteps,
  ...wrongNameSteps,
  ...hostNameSteps,
  ...dnsSteps,
  ...networkSteps,
  ...proxySteps,
  ...answerSteps,
  ...certificateSteps,
  ...mirrorSteps,
  ...nodeServiceSteps,
  ...serviceSteps,
  ...nodeSteps,
  ...storeSteps,
  ...snapshotterSteps,
  ...imageContentSteps,
  ...limitSteps,
  ...podSteps,
  ...sandboxSteps,
}

/**
 * Returns what to do about findings that share a description, best first: the steps of the finding with the most, then those that only others
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
