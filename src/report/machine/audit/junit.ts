/** An audit as JUnit XML: a failed test case for each finding, and one passing case if nothing is wrong. */

import type { AuditFinding, AuditSeverity } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { countsFor } from '../../formats.ts'
import { auditSentence, problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { gapSentence, summarizeGaps } from '../../words/gaps.ts'
import { junitDocument, output, problem, testCase } from '../junit-xml.ts'
import { fullWorkload, placeText } from './identity.ts'

/** Findings below `failOn` pass, with the finding as their output, so that CI agrees with the exit code. */
export function renderAuditJunit(report: AuditReport, failOn: AuditSeverity | 'never'): string {
  const { findings, gaps, unread, takenAt } = report
  const fails = (finding: AuditFinding) => countsFor(finding, failOn)
  const names = new Map<string, number>()
  const cases = [
    ...findings.map(finding => {
      const body = fails(finding)
        ? problem('failure', finding.rule, ...failureText(finding))
        : output(failureText(finding).flat())
      return testCase(
        finding.workload.source?.path ?? finding.workload.namespace ?? '',
        unique(testName(finding), names),
        body,
      )
    }),
    ...unread.map(file =>
      testCase(file.path, unique('read', names), problem('error', file.problem, problemSentence(file), [])),
    ),
    ...summarizeGaps(gaps, 'audit').map(story =>
      testCase(
        'gaps',
        unique(`${story.gap.what}: ${story.gap.why}`, names),
        problem('error', story.gap.why, gapSentence(story), []),
      ),
    ),
  ]
  if (cases.length === 0) cases.push(testCase('audit', 'nothing found', output([auditSentence(report)])))
  const errors = unread.length + summarizeGaps(gaps, 'audit').length
  return junitDocument(cases, { command: 'audit', failures: findings.filter(fails).length, errors, takenAt })
}

function testName(finding: AuditFinding): string {
  return [finding.rule, fullWorkload(finding), finding.container?.name ?? ''].join(' ').trim()
}

/** Makes names unique, because GitLab reads only the first of two cases with the same name. */
function unique(name: string, names: Map<string, number>): string {
  const count = (names.get(name) ?? 0) + 1
  names.set(name, count)
  return count === 1 ? name : `${name} (${count})`
}

/** Returns the headline and the lines after it. */
function failureText(finding: AuditFinding): [title: string, lines: string[]] {
  const { title, why, todo } = RULE_WORDS[finding.rule]
  return [title, [`${placeText(finding)}: ${findingText(finding)}`, why, `To do: ${todo}.`]]
}
