/**
 * An audit of files as SARIF 2.1.0 for GitHub: one result per finding, worst first, each with its region and a fingerprint that survives
 * edits.
 */

import type { AuditFinding, AuditSeverity, Rule } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { problemSentence } from '../../words/audit/summary.ts'
import { findingText, RULE_WORDS, RULES } from '../../words/audit.ts'
import { toJson } from '../data.ts'
import { auditFingerprint, filePlace } from './identity.ts'

/** GitHub shows at most this many results per run. */
const MAX_RESULTS = 5000

const LEVEL: Record<AuditSeverity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

/** @param version this program's @param cwd the repository's root, which paths are relative to */
export function renderSarif(
  { findings, unread }: AuditReport,
  { version, cwd }: { version: string; cwd: string },
): string {
  const placed = findings.filter(finding => filePlace(finding) !== null).slice(0, MAX_RESULTS)
  const used = RULES.filter(rule => placed.some(finding => finding.rule === rule))
  const index = new Map(used.map((rule, at) => [rule, at]))
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pullguard', version, rules: used.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: unread.length === 0,
            toolExecutionNotifications: unread.map(file => ({
              level: 'error',
              message: { text: sanitizeLine(problemSentence(file)) },
            })),
          },
        ],
        results: placed.map(finding => resultOf(finding, index.get(finding.rule) ?? 0, cwd)),
      },
    ],
  })
}

function ruleOf(rule: Rule): object {
  const { title, why, todo, example } = RULE_WORDS[rule]
  const lines = example === null ? '' : `\n\nBefore:\n${example.before}\n\nAfter:\n${example.after}`
  return {
    id: rule,
    name: rule.replace(/(?:^|-)([a-z])/g, (_dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why}\n\nWhat to do: ${todo}.${lines}` },
    properties: { tags: ['kubernetes', 'container-images'] },
  }
}

function resultOf(finding: AuditFinding, ruleIndex: number, cwd: string): object {
  const place = filePlace(finding)
  const { rule, severity } = finding
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: sanitizeLine(`${RULE_WORDS[rule].title}: ${findingText(finding)}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place?.path ?? '', cwd) },
          region: {
            startLine: place?.line,
            startColumn: place?.column,
            endLine: place?.endLine,
            endColumn: place?.endColumn,
          },
        },
      },
    ],
    partialFingerprints: { primaryLocationLineHash: auditFingerprint(finding) },
  }
}

/** Returns a relative URI with slashes, or an absolute one for files outside `cwd`; standard input has no path. */
function uriOf(path: string, cwd: string): string {
  if (path === '-') return 'stdin.yaml'
  const [name, folder] = [path, cwd].map(text => text.replaceAll('\\', '/'))
  const below = `${folder?.replace(/\/+$/, '')}/`
  const relative = name?.startsWith(below) ? name.slice(below.length) : (name ?? '')
  const parts = relative
    .replace(/^(?:\.\/)+/, '')
    .split('/')
    .map(part => encodeURIComponent(part.toWellFormed()))
  return relative.startsWith('/') ? `file://${parts.join('/')}` : parts.join('/')
}
