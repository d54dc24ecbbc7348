/** An audit for a person: one block a rule, the worst first, and the most important line last. */

import type { AuditFinding } from '../../../audit/finding.ts'
import type { AuditReport } from '../../../audit/report.ts'
import { cell } from '../../escape.ts'
import { placeText, workloadText } from '../../machine/audit/places.ts'
import type { ReportOptions } from '../../options.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { field, joinBlocks } from '../../screen/block.ts'
import { type Palette, paletteFor } from '../../screen/palette.ts'
import { tableLines } from '../../screen/table.ts'
import { wrap } from '../../screen/wrap.ts'
import { problemSentence } from '../../words/audit/files.ts'
import { auditSentence } from '../../words/audit/summary.ts'
import { RULE_WORDS, tell } from '../../words/audit.ts'
import { pluralize } from '../../words/count.ts'
import { gapLines } from '../gaps.ts'
import { type NextOptions, nextAuditCommand } from './next-command.ts'

export type AuditExtent = 'brief' | 'whole'

interface Share {
  stories: number
  rows: number
}

const BRIEF: Share = { stories: 4, rows: 4 }
const WHOLE: Share = { stories: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY }

/** The screen. Notes are only counted where there are worse findings to read about. */
export function renderAuditScreen(
  report: AuditReport,
  options: ReportOptions & NextOptions,
  extent: AuditExtent,
): string {
  const palette = paletteFor(options.color)
  const { findings, gaps } = report
  const serious = findings.filter(({ severity }) => severity !== 'info')
  const shown = extent === 'whole' || serious.length === 0 ? findings : serious
  const groups = [...Map.groupBy(shown, ({ rule }) => rule).values()]
  const share = extent === 'whole' ? WHOLE : BRIEF
  const blocks = groups.map(group => block(group, share, options.width, palette))
  const notes = findings.filter(finding => !shown.includes(finding))
  return joinBlocks([
    ...blocks,
    noteLines(notes, options.width),
    unreadLines(report, options.width, palette),
    gapLines(gaps, options.width, palette, 'audit'),
    lastAuditLines(report, options, palette),
  ])
}

function block(group: AuditFinding[], share: Share, width: number, palette: Palette): string[] {
  const [first] = group
  if (first === undefined) return []
  const { title, why, todo } = RULE_WORDS[first.rule]
  const stories = [...Map.groupBy(group, tell)]
  const told = stories.slice(0, stories.length <= share.stories + 1 ? stories.length : share.stories)
  const hidden = stories.slice(told.length).flatMap(([, same]) => same)
  const heading = `${first.severity}: ${title}: ${pluralize(group.length, 'finding')} (${first.rule})`
  return [
    ...wrap(sanitizeLine(heading), width).map(line => palette.problem(line, first.severity)),
    ...told.flatMap(([sentence, same]) => story(sentence, same, share.rows, width, palette)),
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

function story(
  sentence: string,
  same: AuditFinding[],
  most: number,
  width: number,
  palette: Palette,
): string[] {
  const shown = same.slice(0, same.length <= most + 1 ? same.length : most)
  const rows = shown.map(finding => [cell(placeText(finding)), ...nameCells(finding)])
  const rest = same.length - shown.length
  return [
    ...wrap(sanitizeLine(sentence), width, '  '),
    ...tableLines(rows, width, '    ').flat().map(palette.dim),
    ...(rest > 0 ? wrap(`… and ${pluralize(rest, 'more place')} (-o wide shows all)`, width, '    ') : []),
  ]
}

/** In a cluster the place is the workload itself. */
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

/** The summary, and the next command. */
export function lastAuditLines(
  report: AuditReport,
  options: ReportOptions & NextOptions,
  palette: Palette,
): string[] {
  const lines = wrap(sanitizeLine(auditSentence(report)), options.width)
  const command = nextAuditCommand(report, options)
  const isWell = report.complete && report.findings.length === 0
  return [
    ...(isWell ? lines.map(palette.success) : lines),
    ...(command === null ? [] : [`Next: ${palette.strong(sanitizeLine(command))}`]),
  ]
}
