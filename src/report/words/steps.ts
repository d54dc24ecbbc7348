/** Puts steps into words. A step without words does not compile. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step.ts'
import type { Invocation } from '../invocation.ts'
import type { Findings, Said, StepPlace, WordsOf } from './said.ts'
import { logins } from './steps/logins.ts'
import { names } from './steps/names.ts'
import { nodes } from './steps/nodes.ts'
import { rights } from './steps/rights.ts'
import { waits } from './steps/waits.ts'
import { ways } from './steps/ways.ts'

const WORDS: WordsOf<StepCode> = { ...logins, ...rights, ...names, ...ways, ...nodes, ...waits }

/** What to do about findings that share a story, the best first: the steps of the one that has most, then what only others have. */
export function stepsOf(findings: Findings, invocation: Invocation): [Said, ...Said[]] {
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
  const said = (step: Step) => sayStep(step, { invocation, findings: helpedBy(step, findings) })
  return [said(leading), ...following.map(said), ...more.map(said)]
}

/** One step in words. */
function sayStep(step: Step, place: StepPlace): Said {
  // Each code's words take that code's step; the compiler can't follow the code through the union.
  return WORDS[step.code](step as never, place)
}

/** Those of the findings that have this step. */
function helpedBy(step: Step, findings: Findings): Findings {
  const [first = findings[0], ...others] = findings.filter(has(step.code))
  return [first, ...others]
}

const has =
  (code: StepCode) =>
  ({ steps }: AdvisedFinding) =>
    steps.some(step => step.code === code)
