/** An audit as a GitLab Code Quality report: one entry per finding, with a fingerprint that survives edits. */

import type { AuditReport } from '../../../audit/report.ts'
import { problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { CODE_QUALITY_SEVERITY, codeQualityEntry } from '../code-quality.ts'
import { toJson } from '../data.ts'
import { fingerprint } from '../fingerprint.ts'
import { auditIdentity, filePlace, fullWorkload } from './identity.ts'

export function renderAuditGitlab({ findings, unread }: AuditReport): string {
  const fingerprints = new Map<string, number>()
  const found = findings.map(finding => {
    const place = filePlace(finding)
    const { rule, severity } = finding
    return codeQualityEntry({
      description: `${RULE_WORDS[rule].title}: ${fullWorkload(finding)}: ${findingText(finding)}`,
      check: rule,
      severity: CODE_QUALITY_SEVERITY[severity],
      print: distinct(auditIdentity(finding), fingerprints),
      path: fromRoot(place?.path ?? fullWorkload(finding)),
      line: place?.line ?? 1,
    })
  })
  const broken = unread.map(file =>
    codeQualityEntry({
      description: problemSentence(file),
      check: file.problem,
      severity: 'major',
      print: distinct(['unread', file.problem, file.path], fingerprints),
      path: fromRoot(file.path),
      line: file.line ?? 1,
    }),
  )
  return toJson([...found, ...broken])
}

/** Makes fingerprints unique, because GitLab shows only one entry for equal ones. */
function distinct(parts: (string | null)[], prints: Map<string, number>): string {
  const print = fingerprint(parts)
  const count = prints.get(print) ?? 0
  prints.set(print, count + 1)
  return count === 0 ? print : fingerprint([...parts, String(count)])
}

/** Returns the path as GitLab writes paths: without `./` in front. */
function fromRoot(path: string): string {
  return path.replace(/^(?:\.\/)+/, '')
}
