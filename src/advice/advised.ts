/** A diagnosis together with what to do about each of its findings. */

import type { Diagnosis, Finding } from '../diagnosis/finding.ts'
import type { Why, WhyContainer, WhyProblem } from '../diagnosis/why-report.ts'
import { stepsFor } from './advise.ts'
import type { Step } from './step.ts'

/** A finding and what to do about it, the best first. */
export interface Advised extends Finding {
  steps: readonly [Step, ...Step[]]
}

export interface AdvisedDiagnosis extends Diagnosis {
  findings: Advised[]
}

export type AdvisedProblem =
  | Exclude<WhyProblem, { code: 'pull-failed' }>
  | { code: 'pull-failed'; finding: Advised }

export interface AdvisedContainer extends Omit<WhyContainer, 'problems'> {
  problems: AdvisedProblem[]
}

export interface AdvisedWhy extends Omit<Why, 'containers'> {
  containers: AdvisedContainer[]
}

/** Adds its steps to a finding. */
export function advised(finding: Finding): Advised {
  return { ...finding, steps: stepsFor(finding) }
}

/** Adds their steps to the findings of a diagnosis. */
export function advisedDiagnosis(diagnosis: Diagnosis): AdvisedDiagnosis {
  return { ...diagnosis, findings: diagnosis.findings.map(advised) }
}

/** Adds its steps to every pull that failed. */
export function advisedWhy(why: Why): AdvisedWhy {
  const containers = why.containers.map(container => ({
    ...container,
    problems: container.problems.map(problem =>
      problem.code === 'pull-failed' ? { ...problem, finding: advised(problem.finding) } : problem,
    ),
  }))
  return { ...why, containers }
}
