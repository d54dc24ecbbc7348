/** Turns the JSON of `audit` into the Action's report: annotations for the ten worst findings, and a table for the job summary. */

import { markdownCode, markdownText, workflowMessage, workflowProperty } from '../src/report/sanitize.ts'
import type { Report } from './report.ts'

interface AuditFinding {
  rule: string
  severity: 'error' | 'warning' | 'info'
  namespace: string | null
  workload: { kind: string; name: string }
  location: { path: string; line: number; column: number; endLine: number; endColumn: number } | null
  title: string
  message: string
  todo: string
}

/** The fields used here of the published JSON (schema/v1.json). */
export interface AuditDocument {
  kind: 'Audit'
  findings: AuditFinding[]
  complete: boolean
  unread: { path: string; problem: string; line: number | null }[]
}

const MOST = 10
const MOST_ROWS = 200
const LEVELS = { error: 'error', warning: 'warning', info: 'notice' }

/** Expects the findings sorted by severity, worst first. */
export function reportAudit({ findings, complete, unread }: AuditDocument): Report {
  const count = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  const sentence = complete ? `${count}.` : `${count}, but not everything could be read or checked.`
  const trouble = unread.map(({ path, problem, line }) =>
    command('error', { file: path, ...(line === null ? {} : { line }), title: 'Not read' }, [problem]),
  )
  const shown = findings.slice(0, Math.max(0, MOST - trouble.length)).map(annotation)
  return {
    log: [...trouble.slice(0, MOST), ...shown, `pullguard audit: ${sentence}`].join('\n').concat('\n'),
    summary: `### pullguard audit: ${sentence}\n\n${findings.length === 0 ? '' : table(findings)}`,
    findings: findings.length,
  }
}

function annotation(finding: AuditFinding): string {
  const { severity, location, title, rule, message, todo } = finding
  const place =
    location === null
      ? {}
      : {
          file: location.path,
          line: location.line,
          endLine: location.endLine,
          col: location.column,
          endColumn: location.endColumn,
        }
  return command(LEVELS[severity], { ...place, title: `${title} (${rule})` }, [
    `${ownerOf(finding)}: ${message}`,
    `${todo}.`,
  ])
}

function command(level: string, properties: Record<string, string | number>, lines: string[]): string {
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${workflowProperty(String(value))}`,
  )
  return `::${level} ${written.join(',')}::${workflowMessage(lines)}`
}

function ownerOf({ namespace, workload }: AuditFinding): string {
  const name = `${workload.kind.toLowerCase()}/${workload.name}`
  return namespace === null ? name : `${namespace}/${name}`
}

function table(findings: AuditFinding[]): string {
  const rows = findings.slice(0, MOST_ROWS).map(finding => {
    const { severity, rule, location, message } = finding
    const where = location === null ? ownerOf(finding) : `${location.path}:${location.line}`
    return `| ${severity} | ${markdownText(rule)} | ${markdownCode(where)} | ${markdownText(message)} |\n`
  })
  const hidden = findings.length > MOST_ROWS ? `\n… and ${findings.length - MOST_ROWS} more\n` : ''
  return `| Severity | Rule | Where | What |\n| --- | --- | --- | --- |\n${rows.join('')}${hidden}`
}
