/**
 * An audit as GitHub workflow commands: annotations for the ten worst findings, because a step shows no more; the rest is in the step
 * summary.
 */

import type { AuditFinding } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { joinLines } from '../../screen/layout.ts'
import { auditSentence, problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { gapSentence, summarizeGaps } from '../../words/gaps.ts'
import { pluralize } from '../../words/nouns.ts'
import { ANNOTATION_LEVEL, annotation, MAX_ANNOTATIONS } from '../annotation.ts'
import { filePlace, fullWorkload } from './identity.ts'

/** Returns the commands and, as a last line for the log, the summary. */
export function renderAuditGithub(report: AuditReport): string {
  const { findings, unread, gaps } = report
  const trouble = [
    ...unread.map(file =>
      annotation('error', { title: 'Not read', file: file.path, line: file.line, col: file.column }, [
        problemSentence(file),
      ]),
    ),
    ...summarizeGaps(gaps, 'audit').map(story =>
      annotation('warning', { title: 'Not everything could be read' }, [gapSentence(story)]),
    ),
  ].slice(0, MAX_ANNOTATIONS)
  const shown = findings.slice(0, Math.max(0, MAX_ANNOTATIONS - trouble.length))
  const rest = findings.length - shown.length
  const more =
    rest === 0
      ? []
      : [sanitizeLine(`… and ${pluralize(rest, 'more finding')}: see the step summary, or use -o sarif.`)]
  const lines = [...trouble, ...shown.map(ofFinding)]
  return `${lines.map(line => `${line}\n`).join('')}${joinLines([...more, sanitizeLine(auditSentence(report))])}`
}

function ofFinding(finding: AuditFinding): string {
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
