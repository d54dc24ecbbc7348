/** A diagnosis as JUnit XML: each finding a failed test case, each gap an error, and one passing case where all is well. */

import type { Diagnosis, Finding, Severity } from '../../diagnosis/finding.ts'
import { xml } from '../escape.ts'
import { groupByCause } from '../group.ts'
import { podPath, workloadPath } from '../words/commands.ts'
import { credentialLines } from '../words/credential.ts'
import { gapSentence, gapStories } from '../words/gaps.ts'
import { summarySentence } from '../words/summary.ts'
import type { CauseWords, Told } from '../words/told.ts'

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** The report. Findings below `failOn` pass, with what was found as their output: CI then agrees with the exit code. */
export function renderJunit(diagnosis: Diagnosis, program: string, failOn: Severity | 'never'): string {
  const { findings, gaps, takenAt } = diagnosis
  const failures = findings.filter(({ severity }) => RANK[severity] >= RANK[failOn]).length
  const stories = gapStories(gaps)
  const cases = [
    ...findings.map(finding => findingCase(finding, program, RANK[finding.severity] >= RANK[failOn])),
    ...stories.map(story =>
      testCase(
        'gaps',
        story.what,
        `<error type="${xml(story.gap.why)}" message="${xml(gapSentence(story))}"/>`,
      ),
    ),
  ]
  if (cases.length === 0) cases.push(testCase('pulls', summarySentence(diagnosis, program)))
  const counts = `tests="${cases.length}" failures="${failures}" errors="${stories.length}" skipped="0" time="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pullguard" ${counts}>`,
    `  <testsuite name="pullguard diagnose" ${counts} timestamp="${xml(takenAt.slice(0, 19))}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function findingCase(finding: Finding, program: string, fails: boolean): string {
  const group = groupByCause([finding], program)[0]
  if (group === undefined) return ''
  const name = `${podPath(finding)}/${finding.container}: ${finding.image}`
  const lines = story(group.words, group, finding).map(line => xml(line))
  const body = fails
    ? `<failure type="${finding.cause}" message="${xml(group.words.title(group))}">${lines.join('\n')}</failure>`
    : `<system-out>${[xml(group.words.title(group)), ...lines].join('\n')}</system-out>`
  return testCase(`${finding.namespace}.${workloadPath(finding)}`, name, body)
}

function story(words: CauseWords, told: Told, { evidence }: Finding): string[] {
  const credential = credentialLines(told.findings).map(line => `Credential: ${line}`)
  const steps = words
    .next(told)
    .map(({ say, command }) => `To do: ${say}${command === undefined ? '.' : `: ${command}`}`)
  return [
    ...(evidence === null ? [] : [`Evidence: ${evidence.text}`]),
    ...credential,
    words.meaning(told),
    ...steps,
  ]
}

function testCase(className: string, name: string, body?: string): string {
  const open = `    <testcase classname="${xml(className)}" name="${xml(name)}" time="0"`
  return body === undefined ? `${open}/>` : `${open}>${body}</testcase>`
}
