/** An audit as Markdown, for a job summary or a comment: the summary sentence, a table of findings, and what to do about each rule. */

import type { AuditFinding, Rule } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { markdownCodeCell, markdownSentence, markdownText } from '../../sanitize.ts'
import { auditSentence, problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { gapSentence, summarizeGaps } from '../../words/gaps.ts'
import { pluralize } from '../../words/nouns.ts'
import { fullWorkload, placeText } from './identity.ts'

/** GitHub's limit for a comment; a step summary may have 1 MiB. */
const LONGEST_COMMENT = 65_536

/** Returns the text, ending in a line feed, with as many rows as fit. */
export function renderAuditMarkdown(report: AuditReport, longest = LONGEST_COMMENT): string {
  const head = `### pullguard: ${markdownSentence(auditSentence(report))}\n\n`
  const tail = `${remedies(report.findings)}${troubles(report)}`
  const rows = report.findings.map(rowOf)
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

function rowOf(finding: AuditFinding): string {
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

function remedies(findings: readonly AuditFinding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return rules.map(remedy).join('')
}

function remedy(rule: Rule): string {
  const { title, why, todo } = RULE_WORDS[rule]
  return `**${markdownSentence(title)}** (${markdownSentence(rule)}): ${markdownSentence(`${todo}. ${why}`)}\n\n`
}

function troubles({ unread, gaps }: AuditReport): string {
  const lines = [...unread.map(problemSentence), ...summarizeGaps(gaps, 'audit').map(gapSentence)]
  if (lines.length === 0) return ''
  return `**Not read**\n\n${lines.map(line => `- ${markdownSentence(line)}\n`).join('')}`
}
