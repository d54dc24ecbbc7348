/** An audit as a GitLab Code Quality report: one entry per finding, with a fingerprint that survives edits. */

import type { AuditSeverity } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { problemSentence } from '../../words/audit/files.ts'
import { findingText, RULE_WORDS } from '../../words/audit.ts'
import { toJson } from '../data.ts'
import { fingerprint } from '../fingerprint.ts'
import { auditIdentity } from './identity.ts'
import { filePlace, fullWorkload } from './places.ts'

const SEVERITY: Record<AuditSeverity, string> = { error: 'major', warning: 'minor', info: 'info' }

export function renderAuditGitlab({ findings, unread }: AuditReport): string {
  const prints = new Map<string, number>()
  const found = findings.map(finding => {
    const place = filePlace(finding)
    const { rule, severity } = finding
    return entry({
      description: `${RULE_WORDS[rule].title}: ${fullWorkload(finding)}: ${findingText(finding)}`,
      check: rule,
      severity: SEVERITY[severity],
      print: distinct(auditIdentity(finding), prints),
      path: place?.path ?? fullWorkload(finding),
      line: place?.line ?? 1,
    })
  })
  const broken = unread.map(file =>
    entry({
      description: problemSentence(file),
      check: file.problem,
      severity: 'major',
      print: distinct(['unread', file.problem, file.path], prints),
      path: file.path,
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

interface Entry {
  description: string
  check: string
  severity: string
  print: string
  path: string
  line: number
}

function entry({ description, check, severity, print, path, line }: Entry): object {
  return {
    description: sanitizeLine(description),
    check_name: check,
    fingerprint: print,
    severity,
    location: { path: sanitizeLine(path.replace(/^(?:\.\/)+/, '')), lines: { begin: line } },
  }
}
