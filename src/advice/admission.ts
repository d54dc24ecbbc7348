/** Steps where a webhook or a policy made the pod's image another one than its template's. */

import { clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Step, StepCode } from './step.ts'

/** Steps that change the name in the workload's template. */
const IN_TEMPLATE: readonly StepCode[] = [
  'set-image',
  'set-tag',
  'use-replacement',
  'roll-back',
  'check-name',
  'name-version',
  'near-official',
  'near-tags',
  'near-repositories',
  'full-name',
  'name-registry',
]

/** The steps where a webhook or a policy made the pod's image another one than its template's: a new name in the template does not reach the pod. */
export function admissionSteps(finding: Finding, steps: Step[]): Step[] {
  const changed = clueOf(finding.clues, 'changed-at-admission')
  if (changed === undefined) return steps
  const { template, policies } = changed
  const doubled = clueOf(finding.clues, 'doubled-prefix')?.prefix ?? null
  const correct: Step = { code: 'correct-admission', template, policies, doubled }
  const rest = steps.filter(({ code }) => !IN_TEMPLATE.includes(code))
  // Otherwise the name that the webhook made may be right.
  const isName = finding.cause === 'image-not-found' || finding.cause === 'invalid-reference'
  return isName || doubled !== null ? [correct, ...rest] : [...rest, correct]
}
