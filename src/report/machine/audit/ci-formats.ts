/** An audit in the formats of CI systems: GitHub's workflow commands, GitLab's Code Quality report, JUnit XML, and Markdown. */

import type { AuditFinding, AuditSeverity, Rule } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { countsFor } from '../../formats.ts'
import { markdownCodeCell, markdownSentence, markdownText, sanitizeLine } from '../../sanitize.ts'
import { joinLines } from '../../screen/layout.ts'
import { auditSentence, problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { gapSentence, summarizeGaps } from '../../words/gaps.ts'
import { pluralize } from '../../words/nouns.ts'
import { ANNOTATION_LEVEL, annotation, MAX_ANNOTATIONS } from '../annotation.ts'
import { CODE_QUALITY_SEVERITY, codeQualityEntry } from '../code-quality.ts'
import { toJson } from '../data.ts'
import { fingerprint } from '../fingerprint.ts'
import { junitDocument, output, problem, testCase } from '../junit-xml.ts'
import { auditIdentity, filePlace, fullWorkload, placeText } from './identity.ts'

/**
 * Returns GitHub's commands and, as a last line for the log, the summary: annotations for the ten worst findings, because a step shows no
 * more; the rest is in the step summary.
 */
export function renderAuditGithub(report: AuditReport): string {
  const { findings, unread, gaps } = report
  const trouble = [
    ...unread.map(file =>
      annotation('error', { title: 'Not read', file: file.path, line: file.line, col: file.column }, [
        problemSentence(file),
      ]),
    ),
    ...summarizeGaps(gaps, 'audit').map(summary =>
      annotation('warning', { title: 'Not everything could be read' }, [gapSentence(summary)]),
    ),
  ].slice(0, MAX_ANNOTATIONS)
  const shown = findings.slice(0, Math.max(0, MAX_ANNOTATIONS - trouble.length))
  const rest = findings.length - shown.length
  const more =
    rest === 0
      ? []
      : [sanitizeLine(`… and ${pluralize(rest, 'more finding')}: see the step summary, or use -o sarif.`)]
  const lines = [...trouble, ...shown.map(annotationOf)]
  return `${lines.map(line => `${line}\n`).join('')}${joinLines([...more, sanitizeLine(auditSentence(report))])}`
}

function annotationOf(finding: AuditFinding): string {
  const { rule, severity } = finding
  const { title, todo } = RULE_WORDS[rule]
  const place = filePlace(finding)
  const where =
    place === null
      ? {}
      : {
          file: place.path,
          line: place.line,
          endLine: place.endLine,
          col: place.column,
          endColumn: place.endColumn,
        }
  return annotation(ANNOTATION_LEVEL[severity], { ...where, title: `${title} (${rule})` }, [
    `${fullWorkload(finding)}: ${findingText(finding)}`,
    `${todo}.`,
  ])
}

/** Returns GitLab's report: one entry per finding, with a fingerprint that survives edits. */
export function renderAuditGitlab({ findings, unread }: AuditReport): string {
  const fingerprints = new Map<string, number>()
  const found = findings.map(finding => {
    const place = filePlace(finding)
    const { rule, severity } = finding
    return codeQualityEntry({
      description: `${RULE_WORDS[rule].title}: ${fullWorkload(finding)}: ${findingText(finding)}`,
      check: rule,
      severity: CODE_QUALITY_SEVERITY[severity],
      print: uniquePrint(auditIdentity(finding), fingerprints),
      path: fromRoot(place?.path ?? fullWorkload(finding)),
      line: place?.line ?? 1,
    })
  })
  const broken = unread.map(file =>
    codeQualityEntry({
      description: problemSentence(file),
      check: file.problem,
      severity: 'major',
      print: uniquePrint(['unread', file.problem, file.path], fingerprints),
      path: fromRoot(file.path),
      line: file.line ?? 1,
    }),
  )
  return toJson([...found, ...broken])
}

/** Makes fingerprints unique, because GitLab shows only one entry for equal ones. */
function uniquePrint(parts: (string | null)[], prints: Map<string, number>): string {
  const print = fingerprint(parts)
  const count = prints.get(print) ?? 0
  prints.set(print, count + 1)
  return count === 0 ? print : fingerprint([...parts, String(count)])
}

/** Returns the path as GitLab writes paths: without `./` in front. */
function fromRoot(path: string): string {
  return path.replace(/^(?:\.\/)+/, '')
}

/**
 * Returns JUnit XML: a failed test case for each finding, and one passing case if nothing is wrong. Findings below `failOn` pass, with
 * the finding as their output, so that CI agrees with the exit code.
 */
export function renderAuditJunit(report: AuditReport, failOn: AuditSeverity | 'never'): string {
  const { findings, gaps, unread, takenAt } = report
  const fails = (finding: AuditFinding) => countsFor(finding, failOn)
  const names = new Map<string, number>()
  const hidden = summarizeGaps(gaps, 'audit')
  const cases = [
    ...findings.map(finding => {
      const body = fails(finding)
        ? problem('failure', finding.rule, ...failureText(finding))
        : output(failureText(finding).flat())
      return testCase(
        finding.workload.source?.path ?? finding.workload.namespace ?? '',
        uniqueName(caseName(finding), names),
        body,
      )
    }),
    ...unread.map(file =>
      testCase(
        file.path,
        uniqueName('read', names),
        problem('error', file.problem, problemSentence(file), []),
      ),
    ),
    ...hidden.map(summary =>
      testCase(
        'gaps',
        uniqueName(`${summary.gap.what}: ${summary.gap.why}`, names),
        problem('error', summary.gap.why, gapSentence(summary), []),
      ),
    ),
  ]
  if (cases.length === 0) cases.push(testCase('audit', 'nothing found', output([auditSentence(report)])))
  const errors = unread.length + hidden.length
  return junitDocument(cases, { command: 'audit', failures: findings.filter(fails).length, errors, takenAt })
}

function caseName(finding: AuditFinding): string {
  return [finding.rule, fullWorkload(finding), finding.container?.name ?? ''].join(' ').trim()
}

/** Makes names unique, because GitLab reads only the first of two cases with the same name. */
function uniqueName(name: string, names: Map<string, number>): string {
  const count = (names.get(name) ?? 0) + 1
  names.set(name, count)
  return count === 1 ? name : `${name} (${count})`
}

/** Returns the headline and the lines after it. */
function failureText(finding: AuditFinding): [title: string, lines: string[]] {
  const { title, why, todo } = RULE_WORDS[finding.rule]
  return [title, [`${placeText(finding)}: ${findingText(finding)}`, why, `To do: ${todo}.`]]
}

/** GitHub's limit for a comment; a step summary may have 1 MiB. */
const LONGEST_COMMENT = 65_536

/**
 * Returns Markdown for a job summary or a comment, ending in a line feed: the summary sentence, a table of as many findings as fit, and what
 * to do about each rule.
 */
export function renderAuditMarkdown(report: AuditReport, longest = LONGEST_COMMENT): string {
  const head = `### pullguard: ${markdownSentence(auditSentence(report))}\n\n`
  const tail = `${remedySections(report.findings)}${unreadSection(report)}`
  const rows = report.findings.map(tableRow)
  let room = longest - head.length - tail.length - 200
  const shown = rows.filter(row => {
    room -= row.length
    return room > 0
  })
  const more = rows.length - shown.length
  const table =
    rows.length === 0
      ? ''
      : `| Severity | Rule | Where | Workload | What |\n| --- | --- | --- | --- | --- |\n${shown.join('')}${more > 0 ? `\n… and ${pluralize(more, 'more finding')}\n` : ''}\n`
  return `${head}${table}${tail}`.trimEnd().concat('\n')
}

function tableRow(finding: AuditFinding): string {
  const { severity, rule } = finding
  const cells = [
    severity,
    markdownText(rule),
    markdownCodeCell(placeText(finding)),
    markdownCodeCell(fullWorkload(finding)),
    markdownText(findingText(finding)),
  ]
  return `| ${cells.join(' | ')} |\n`
}

function remedySections(findings: readonly AuditFinding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return rules.map(remedySection).join('')
}

function remedySection(rule: Rule): string {
  const { title, why, todo } = RULE_WORDS[rule]
  return `**${markdownSentence(title)}** (${markdownSentence(rule)}): ${markdownSentence(`${todo}. ${why}`)}\n\n`
}

function unreadSection({ unread, gaps }: AuditReport): string {
  const lines = [...unread.map(problemSentence), ...summarizeGaps(gaps, 'audit').map(gapSentence)]
  if (lines.length === 0) return ''
  return `**Not read**\n\n${lines.map(line => `- ${markdownSentence(line)}\n`).join('')}`
}
