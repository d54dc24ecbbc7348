/** Renders an audit in any format. For people: one block per rule, worst first, and the most important line last. */

import type { AuditFinding, AuditSeverity } from '../../audit/finding.ts'
import type { AuditReport } from '../../audit/report.ts'
import type { AuditFormat, ReportOptions } from '../formats.ts'
import { offlineCommand } from '../invocation.ts'
import {
  renderAuditGithub,
  renderAuditGitlab,
  renderAuditJunit,
  renderAuditMarkdown,
} from '../machine/audit/ci-formats.ts'
import { auditDocument, auditJson } from '../machine/audit/document.ts'
import { placeText, workloadText } from '../machine/audit/identity.ts'
import { renderSarif } from '../machine/audit/sarif.ts'
import { toYaml } from '../machine/data.ts'
import { cell, sanitizeLine, shellWord } from '../sanitize.ts'
import { field, joinBlocks, joinLines, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { columns, tableLines } from '../screen/table.ts'
import { auditSentence, problemSentence } from '../words/audit/summary.ts'
import { findingText, RULE_WORDS } from '../words/audit.ts'
import { firstOf, pluralize } from '../words/nouns.ts'
import { gapLines } from './gaps.ts'

export interface AuditReportOptions extends ReportOptions {
  format: AuditFormat
  failOn: AuditSeverity | 'never'
  /** This program's version. */
  version: string
  /** Flags of this run that determine what is read and with which settings, except -f. */
  inputFlags: readonly string[]
  /** The folder that some formats show paths relative to. */
  cwd: string
}

const RENDERERS: Record<AuditFormat, (report: AuditReport, options: AuditReportOptions) => string> = {
  table: (report, options) =>
    options.terminal ? renderAuditScreen(report, options, 'brief') : renderAuditPlain(report, 'table'),
  wide: (report, options) =>
    options.terminal ? renderAuditScreen(report, options, 'whole') : renderAuditPlain(report, 'wide'),
  text: (report, options) => renderAuditScreen(report, options, 'brief'),
  json: report => [...auditJson(report)].join(''),
  yaml: report => toYaml(auditDocument(report)),
  sarif: (report, options) => renderSarif(report, options),
  junit: (report, { failOn }) => renderAuditJunit(report, failOn),
  github: report => renderAuditGithub(report),
  gitlab: report => renderAuditGitlab(report),
  markdown: report => renderAuditMarkdown(report),
}

/** Returns pieces to be written one after the other, so that very long output is never a single string. */
export function auditPieces(report: AuditReport, options: AuditReportOptions): Iterable<string> {
  return options.format === 'json' ? auditJson(report) : [RENDERERS[options.format](report, options)]
}

/**
 * Returns the text for standard error: for plain columns, what could not be read and the summary; for other data, the files that could not
 * be read.
 */
export function auditNotes(report: AuditReport, options: AuditReportOptions): string {
  const { format, terminal, width, color } = options
  if (format === 'text' || ((format === 'table' || format === 'wide') && terminal)) return ''
  const palette = paletteFor(color)
  const unread = report.unread.map(file => sanitizeLine(problemSentence(file)))
  if (format !== 'table' && format !== 'wide') return joinLines(unread)
  return joinLines([
    ...unread,
    ...gapLines(report.gaps, width, palette, 'audit'),
    ...lastAuditLines(report, options, palette),
  ])
}

type Column = [header: string, value: (finding: AuditFinding) => string | null]

/** Names and order are stable; new columns are added at the end. */
const COLUMNS: Column[] = [
  ['SEVERITY', ({ severity }) => severity],
  ['RULE', ({ rule }) => rule],
  ['WHERE', placeText],
  ['NAMESPACE', ({ workload }) => workload.namespace],
  ['WORKLOAD', workloadText],
  ['CONTAINER', ({ container }) => container?.name ?? null],
  ['IMAGE', ({ container }) => container?.image ?? null],
]
const WIDE: Column[] = [['MESSAGE', findingText]]

/** Returns plain columns for a pipe, one finding per row under a header; empty if there are no findings. */
function renderAuditPlain({ findings }: AuditReport, format: 'table' | 'wide'): string {
  if (findings.length === 0) return ''
  const shown = format === 'wide' ? [...COLUMNS, ...WIDE] : COLUMNS
  const rows = findings.map(finding => shown.map(([, value]) => cell(value(finding))))
  return joinLines(columns([shown.map(([header]) => header), ...rows]))
}

/** How much of each rule's findings to show. */
interface Limits {
  sentences: number
  /** For each sentence. */
  places: number
}

const BRIEF: Limits = { sentences: 4, places: 4 }
const UNLIMITED: Limits = { sentences: Number.POSITIVE_INFINITY, places: Number.POSITIVE_INFINITY }

/** Renders the screen. Only counts notes if there are worse findings. */
function renderAuditScreen(
  report: AuditReport,
  options: AuditReportOptions,
  extent: 'brief' | 'whole',
): string {
  const palette = paletteFor(options.color)
  const { findings, gaps } = report
  const serious = findings.filter(({ severity }) => severity !== 'info')
  const shown = extent === 'whole' || serious.length === 0 ? findings : serious
  const groups = [...Map.groupBy(shown, ({ rule }) => rule).values()]
  const limits = extent === 'whole' ? UNLIMITED : BRIEF
  const blocks = groups.map(group => block(group, limits, options.width, palette))
  const notes = findings.filter(finding => !shown.includes(finding))
  return joinBlocks([
    ...blocks,
    noteLines(notes, options.width),
    unreadLines(report, options.width, palette),
    gapLines(gaps, options.width, palette, 'audit'),
    lastAuditLines(report, options, palette),
  ])
}

const SEVERITY: Record<AuditSeverity, string> = { error: 'Error', warning: 'Warning', info: 'Note' }

function block(group: AuditFinding[], limits: Limits, width: number, palette: Palette): string[] {
  const [first] = group
  if (first === undefined) return []
  const { title, why, todo } = RULE_WORDS[first.rule]
  const bySentence = [...Map.groupBy(group, findingText)]
  const shown = firstOf(bySentence, limits.sentences)
  const hidden = bySentence.slice(shown.length).flatMap(([, same]) => same)
  const heading = `${SEVERITY[first.severity]}: ${title}: ${pluralize(group.length, 'finding')} (${first.rule})`
  return [
    ...wrap(sanitizeLine(heading), width).map(line => palette.problem(line, first.severity)),
    ...shown.flatMap(([sentence, same]) =>
      placeLines(sentence, same, { most: limits.places, width, palette }),
    ),
    ...(hidden.length === 0
      ? []
      : wrap(
          `… and ${pluralize(hidden.length, 'more finding')} of this rule (-o wide shows all)`,
          width,
          '  ',
        )),
    '',
    ...field({ label: 'why', text: why }, width),
    ...field({ label: 'what to do', text: `${todo}.` }, width),
  ]
}

/** Returns one sentence and the places that it is about. */
function placeLines(
  sentence: string,
  same: AuditFinding[],
  { most, width, palette }: { most: number; width: number; palette: Palette },
): string[] {
  const shown = firstOf(same, most)
  const rows = shown.map(finding => [cell(placeText(finding)), ...nameCells(finding)])
  const rest = same.length - shown.length
  return [
    ...wrap(sanitizeLine(sentence), width, '  '),
    ...tableLines(rows, width, '    ').flat().map(palette.dim),
    ...(rest > 0 ? wrap(`… and ${pluralize(rest, 'more place')} (-o wide shows all)`, width, '    ') : []),
  ]
}

/** Returns the workload, which is the finding's place in a cluster. */
function nameCells(finding: AuditFinding): string[] {
  const container = finding.container === null ? [] : [cell(finding.container.name)]
  return finding.workload.source === null ? container : [cell(workloadText(finding)), ...container]
}

function noteLines(notes: AuditFinding[], width: number): string[] {
  const byRule = [...Map.groupBy(notes, ({ rule }) => rule)]
  const counts = byRule.map(([rule, same]) => `${rule} (${same.length})`)
  return counts.length === 0 ? [] : wrap(`Also noted: ${counts.join(', ')}. -o wide shows them.`, width)
}

function unreadLines({ unread }: AuditReport, width: number, palette: Palette): string[] {
  return unread.flatMap(file =>
    wrap(sanitizeLine(problemSentence(file)), width).map(line => palette.problem(line, 'error')),
  )
}

/** Returns the summary and the next command. */
function lastAuditLines(report: AuditReport, options: AuditReportOptions, palette: Palette): string[] {
  const lines = wrap(sanitizeLine(auditSentence(report)), options.width)
  const command = nextAuditCommand(report, options)
  const isWell = report.complete && report.findings.length === 0
  return [
    ...(isWell ? lines.map(palette.success) : lines),
    ...(command === null ? [] : [`Next: ${palette.strong(sanitizeLine(command))}`]),
  ]
}

/** Returns the command that shows the possible edits or, if they were just shown, the one that writes them; null if there are none. */
function nextAuditCommand(
  { source, findings, edits }: AuditReport,
  { invocation, inputFlags }: AuditReportOptions,
): string | null {
  const fixable = findings.filter(
    ({ fix, workload }) => fix !== null && workload.source !== null && !isStream(workload.source.path),
  )
  const shown = edits?.dryRun === true && edits.files.some(({ applied }) => applied.length > 0)
  if (source.type !== 'file' || fixable.length === 0 || (edits !== null && !shown)) return null
  const files = source.files.filter(file => !isStream(file)).map(file => `-f ${shellWord(file)}`)
  const words = ['audit', ...files, ...inputFlags.map(shellWord), shown ? '--fix' : '--diff']
  return offlineCommand(invocation, words.join(' '))
}

/** Whether a name is standard input or the pipe of a shell's `<(…)`, which a later command can't read. */
function isStream(path: string): boolean {
  return path === '-' || /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/.test(path)
}
