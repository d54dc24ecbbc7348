/** Adds steps to the findings of a diagnosis, of `why`, or alone. */

import type { Diagnosis, Finding } from '../diagnosis/finding.ts'
import type { Why, WhyContainer, WhyProblem } from '../diagnosis/why-report.ts'
import { stepsFor } from './advise.ts'
import type { Step } from './step.ts'

/** A finding with its steps, the best first. */
export interface AdvisedFinding extends Finding {
  steps: readonly [Step, ...Step[]]
}

export interface AdvisedDiagnosis extends Diagnosis {
  findings: AdvisedFinding[]
}

export type AdvisedProblem =
  | Exclude<WhyProblem, { code: 'pull-failed' }>
  | { code: 'pull-failed'; finding: AdvisedFinding }

export interface AdvisedContainer extends Omit<WhyContainer, 'problems'> {
  problems: AdvisedProblem[]
}

export interface AdvisedWhy extends Omit<Why, 'containers'> {
  containers: AdvisedContainer[]
}

/** Adds its steps to a finding. */
export function withSteps(finding: Finding): AdvisedFinding {
  return { ...finding, steps: stepsFor(finding) }
}

/** Adds steps to every finding of a diagnosis. */
export function adviseDiagnosis(diagnosis: Diagnosis): AdvisedDiagnosis {
  return { ...diagnosis, findings: diagnosis.findings.map(withSteps) }
}

/** Adds steps to every failed pull. */
export function adviseWhy(why: Why): AdvisedWhy {
  const containers = why.containers.map(container => ({
    ...container,
    problems: container.problems.map(problem =>
      problem.code === 'pull-failed' ? { ...problem, finding: withSteps(problem.finding) } : problem,
    ),
  }))
  return { ...why, containers }
}
