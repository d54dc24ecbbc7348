/** Renders who spends a cluster's Docker Hub pulls, whether they last, and what saves some, for a terminal or a pipe. */

import type { Outlook, Spender, Usage } from '../../../quota/spending.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { ReportOptions } from '../../options.ts'
import { cell, sanitizeLine } from '../../sanitize.ts'
import { columns } from '../../screen/columns.ts'
import { commandLines, type Palette, wrap } from '../../screen/layout.ts'
import { tableLines } from '../../screen/table.ts'
import { durationInWords } from '../../words/duration.ts'
import { formatNumber, pluralize } from '../../words/nouns.ts'
import { identityText, needsNames } from '../../words/quota.ts'
import { savingCommand, savingText } from '../../words/quota-savings.ts'
import {
  capacityTexts,
  countedText,
  forecastText,
  forecastWaitTexts,
  isPartial,
  noSpendersText,
  outlookText,
  pullsText,
  spendersHeading,
  spendReasonText,
  unreadRestartsText,
  workloadText,
  worseLoginText,
} from '../../words/quota-usage.ts'

export interface UsageReport {
  usage: Usage
  podCount: number
  restartsUnread: number
  /** The namespace that was read; null for all. */
  namespace: string | null
  /** What could not be read about who pulls. */
  gaps: readonly Gap[]
}

type ScreenOptions = Pick<ReportOptions, 'width' | 'terminal' | 'invocation'>

/** The number of spenders on a screen; the documents contain all. */
const MAX_SPENDERS = 15

/** Returns blocks of lines. */
export function usageBlocks(report: UsageReport, options: ScreenOptions, palette: Palette): string[][] {
  const { usage, restartsUnread, gaps } = report
  const partial = isPartial(gaps)
  const unread = restartsUnread === 0 ? [] : wrap(unreadRestartsText(restartsUnread), options.width, '  ')
  return [
    [
      palette.strong(spendersHeading(usage.window, partial)),
      ...spenderLines(usage, options, partial),
      ...unread,
    ],
    outlookLines(usage, options, palette, partial),
    planLines(usage, options, palette, partial),
    forecastLines(usage, options, palette, partial),
    savingLines(report, options, palette),
    wrap(countedText(usage), options.width).map(palette.dim),
  ]
}

function spenderLines({ spenders }: Usage, options: ScreenOptions, partial: boolean): string[] {
  if (spenders.length === 0) return wrap(noSpendersText(partial), options.width, '  ')
  const rows = spenders
    .slice(0, MAX_SPENDERS)
    .map(spender => [
      cell(workloadText(spender.workload)),
      cell(spender.workload.namespace),
      pullsText(spender.pulls, spender.atMost),
      cell(reasonsText(spender)),
    ])
  const table = [['WORKLOAD', 'NAMESPACE', 'PULLS', 'WHY'], ...rows]
  const rest = spenders.slice(MAX_SPENDERS)
  const more = `  and ${pluralize(rest.length, 'more workload')} with ${pluralize(totalOf(rest), 'pull')}`
  return [...rowLines(table, options), ...(rest.length === 0 ? [] : [more])]
}

export function reasonsText({ spends }: Spender): string {
  return spends.map(({ reason }) => spendReasonText(reason)).join('; ')
}

function totalOf(spenders: readonly Spender[]): number {
  return spenders.reduce((sum, { pulls }) => sum + pulls, 0)
}

function outlookLines(
  { outlooks, window }: Usage,
  options: ScreenOptions,
  palette: Palette,
  partial: boolean,
): string[] {
  const named = needsNames(outlooks.map(({ quota }) => quota))
  // A login that no pod uses spends nothing.
  const used = outlooks.filter(({ pulls }, index) => pulls > 0 || index === 0)
  const lines = used.flatMap(outlook => {
    const text = `${identityText(outlook.quota, named)}: ${outlookText(outlook, window, partial)}`
    const style =
      outlook.fits === false ? (line: string) => palette.problem(line, 'error') : (line: string) => line
    return [
      ...wrap(sanitizeLine(text), options.width, '  ').map(style),
      ...(options.terminal ? chart(outlook, window, options.width) : []),
    ]
  })
  return [palette.strong('Will they last?'), ...lines]
}

const BLOCKS = ' ▁▂▃▄▅▆▇█'
const AXIS = 8

/** Charts what is left at each step of the window; empty if nothing is left to draw, or without a limit. */
function chart({ left, course, pulls }: Outlook, window: number, width: number): string[] {
  if (
    left === null ||
    left === 0 ||
    !Number.isFinite(left) ||
    pulls === 0 ||
    width < course.length + 4 + AXIS
  )
    return []
  const top = Math.max(left, 1)
  const bars = course.map(made => {
    const share = Math.max(0, left - made) / top
    return BLOCKS[share === 0 ? 0 : Math.max(1, Math.round(share * (BLOCKS.length - 1)))] ?? ' '
  })
  const end = `in ${durationInWords(window)}`
  return [
    `    ${bars.join('')} ${formatNumber(left)} left now`,
    `    now${' '.repeat(Math.max(1, course.length - 3 - end.length))}${end}`,
  ]
}

function planLines(usage: Usage, options: ScreenOptions, palette: Palette, partial: boolean): string[] {
  // Without pulls, every plan is enough.
  if (usage.spenders.length === 0) return []
  const worse = worseLoginText(usage)
  return [
    palette.strong(`What each plan allows, in ${durationInWords(usage.window)}`),
    ...rowLines(capacityTexts(usage, partial), options),
    ...(worse === null ? [] : wrap(worse, options.width, '  ').map(line => palette.problem(line, 'warning'))),
  ]
}

function forecastLines(
  { forecast }: Usage,
  options: ScreenOptions,
  palette: Palette,
  partial: boolean,
): string[] {
  if (forecast === null) return []
  return [
    palette.strong(`With ${pluralize(forecast.nodes, 'more node')}`),
    ...wrap(forecastText(forecast, partial), options.width, '  '),
    ...rowLines(forecastWaitTexts(forecast), options),
  ]
}

function rowLines(pairs: readonly (readonly string[])[], { width, terminal }: ScreenOptions): string[] {
  return terminal ? tableLines(pairs, width, '  ').flat() : columns(pairs).map(line => `  ${line}`)
}

function savingLines(
  { usage, namespace }: UsageReport,
  { width, invocation }: ScreenOptions,
  palette: Palette,
): string[] {
  if (usage.savings.length === 0) return []
  const lines = usage.savings.flatMap((saving, index) => {
    const command = savingCommand(saving, invocation, namespace)
    const [first = '', ...others] = wrap(sanitizeLine(savingText(saving)), width - 3, '  ')
    return [
      `  ${index + 1}.${first.slice(1)}`,
      ...others.map(line => `   ${line}`),
      ...(command === null ? [] : commandLines(command, width, '       ').map(palette.strong)),
    ]
  })
  return [palette.strong('What saves most'), ...lines]
}
