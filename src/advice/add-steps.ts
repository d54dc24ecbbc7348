/** Adds steps to the findings of a diagnosis, of `why`, or alone. */

import type { Diagnosis, Finding } from '../diagnosis/finding.ts'
import type { Why, WhyContainer, WhyProblem } from '../diagnosis/why-report.ts'
import { stepsFor } from './advise.ts'
import type { Step } from './step/step.ts'
import { isAbout } from './step/step-traits.ts'

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

export interface AdvisedContainer extends Omit<WhyContainer, 'problems' | 'finding'> {
  problems: AdvisedProblem[]
  finding: AdvisedFinding | null
}

export interface AdvisedWhy extends Omit<Why, 'containers'> {
  containers: AdvisedContainer[]
}

/** Adds its steps to a finding. */
export function withSteps(finding: Finding): AdvisedFinding {
  return { ...finding, steps: stepsFor(finding) }
}

/** Adds steps to every finding of a diagnosis. Of findings that are equally urgent, those for which a login is not enough come first. */
export function adviseDiagnosis(diagnosis: Diagnosis): AdvisedDiagnosis {
  const findings = diagnosis.findings.map(withSteps)
  const blocked = new Set(findings.filter(keepsPodDown).map(podOf))
  const waiting = new Set(findings.filter(finding => isAboutLogin(finding) && blocked.has(podOf(finding))))
  const waits = (finding: AdvisedFinding) => Number(waiting.has(finding))
  return { ...diagnosis, findings: findings.sort((a, b) => b.priority - a.priority || waits(a) - waits(b)) }
}

const podOf = ({ namespace, pod }: Finding) => `${namespace}/${pod}`
const isAboutLogin = ({ steps: [first] }: AdvisedFinding) => isAbout('login', first)

/** Whether this container would keep the pod, or its successor, from running even after another one got a login. */
function keepsPodDown(finding: AdvisedFinding): boolean {
  return finding.lasting && finding.containerKind !== 'ephemeral' && !isAboutLogin(finding)
}

/** Adds steps to every failed pull. The first problem is the one that its first step repairs, as in the diagnosis. */
export function adviseWhy(why: Why): AdvisedWhy {
  return { ...why, containers: why.containers.map(adviseContainer) }
}

function adviseContainer(container: WhyContainer): AdvisedContainer {
  const finding = container.finding && withSteps(container.finding)
  // A container's failed pull is the finding itself.
  const problems = container.problems.flatMap((problem): AdvisedProblem[] =>
    problem.code !== 'pull-failed' ? [problem] : finding === null ? [] : [{ ...problem, finding }],
  )
  return { ...container, finding, problems: finding === null ? problems : inOrderOfSteps(problems, finding) }
}

/** A login that the pod lacks is not a problem if no step is about a login. */
function inOrderOfSteps(problems: AdvisedProblem[], { steps }: AdvisedFinding): AdvisedProblem[] {
  // A retry sends the login that was not sent.
  if (isAbout('login', steps[0]) || problems[0]?.code === 'credential-unused') return problems
  const isAboutLogins = steps.some(step => isAbout('login', step))
  return [
    ...problems.filter(({ code }) => code === 'pull-failed'),
    ...problems.filter(({ code }) => code !== 'pull-failed' && (code !== 'no-credential' || isAboutLogins)),
  ]
}
