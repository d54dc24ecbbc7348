/**
 * A diagnosis as JUnit XML: a failed test case for each failing container of a workload, an error for each gap, and one passing case if all
 * is well. Names are stable across runs.
 */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import type { KnownFailure, Severity } from '../../diagnosis/finding.ts'
import { countsFor } from '../formats.ts'
import { groupByCause, stableIdentity } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import type { CauseContext } from '../words/cause-words.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { explainCommand, workloadPath } from '../words/commands.ts'
import { gapSentence, summarizeGaps } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { imageText, shortList } from '../words/nouns.ts'
import { stepsOf } from '../words/steps.ts'
import { summarySentence } from '../words/summary.ts'
import { junitDocument, output, problem, skipped, testCase } from './junit-xml.ts'

/** Returns the report. Findings below `failOn` pass, with the finding as their output, so that CI agrees with the exit code. */
export function renderJunit(
  diagnosis: AdvisedDiagnosis,
  invocation: Invocation,
  failOn: Severity | 'never',
): string {
  const { findings, gaps, takenAt, known = [] } = diagnosis
  const fails = (same: AdvisedFinding[]) => same.some(finding => countsFor(finding, failOn))
  const places = [...Map.groupBy(findings, finding => JSON.stringify(stableIdentity(finding))).values()]
  const unread = summarizeGaps(gaps)
  const cases = [
    ...places.map(same => placeCase(same, invocation, fails(same))),
    ...unread.map(summary =>
      testCase(
        'gaps',
        `${summary.gap.what}: ${summary.gap.why}`,
        problem(
          'error',
          summary.gap.why,
          gapSentence(summary),
          summary.remedy === null ? [] : [`To do: ${summary.remedy}`],
        ),
      ),
    ),
  ]
  const knownCases = skippedCases(known)
  if (cases.length === 0) cases.push(passingCase(summarySentence(diagnosis, invocation)))
  cases.push(...knownCases)
  return junitDocument(cases, {
    command: 'diagnose',
    failures: places.filter(fails).length,
    errors: unread.length,
    skipped: knownCases.length,
    takenAt,
  })
}

function placeCase(same: AdvisedFinding[], invocation: Invocation, fails: boolean): string {
  const group = groupByCause(same, invocation)[0]
  if (group === undefined) return ''
  const [first] = group.findings
  const title = titleOf(group)
  const pods = shortList([...new Set(same.map(({ pod }) => pod))], 5)
  const lines = [`Pods: ${pods}`, ...failureText(group, first)]
  const body = fails ? problem('failure', first.cause, title, lines) : output([title, ...lines])
  return testCase(
    `${first.namespace}.${workloadPath(first)}`,
    `${first.container}: ${imageText(first.image)}`,
    body,
  )
}

/** Returns the lines that describe findings that share a description. */
export function failureText(context: CauseContext, { evidence }: AdvisedFinding): string[] {
  const credential = credentialLinesFor(context).map(line => `Credential: ${line}`)
  const steps = stepsOf(context.findings, context.invocation).map(
    ({ text, command }) => `To do: ${text}${command === undefined ? '.' : `: ${command}`}`,
  )
  return [
    ...(evidence === null ? [] : [`Evidence: ${evidence.text}`]),
    ...credential,
    ...checkLines(context.findings).map(line => `Asked the registry: ${line}`),
    meaningOf(context),
    ...steps,
    `More: ${explainCommand(context.invocation, context.findings[0])}`,
  ]
}

/** Returns the failures in a baseline as skipped cases, one per container of a workload. */
function skippedCases(known: readonly KnownFailure[]): string[] {
  const places = Map.groupBy(known, ({ finding }) =>
    JSON.stringify([finding.namespace, workloadPath(finding), finding.container, finding.image]),
  )
  return [...places.values()].flatMap(([first]) => {
    if (first === undefined) return []
    const { finding, reason } = first
    const why = `known: ${finding.cause}${reason === null ? '' : ` (${reason})`}`
    const name = `${finding.container}: ${imageText(finding.image)}`
    return testCase(`${finding.namespace}.${workloadPath(finding)}`, name, skipped(why))
  })
}

/** The case's name is stable across runs; only its output varies. */
function passingCase(sentence: string): string {
  return testCase('pulls', 'no image pull fails', output([sentence]))
}
