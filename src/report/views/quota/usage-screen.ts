/** Renders who spends a cluster's Docker Hub pulls, whether they last, and what saves some, for a terminal or a pipe. */

import type { Outlook, Spender, Usage } from '../../../quota/spending.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { ReportOptions } from '../../formats.ts'
import { cell, sanitizeLine } from '../../sanitize.ts'
import { commandLines } from '../../screen/command-lines.ts'
import { type Palette, wrap } from '../../screen/layout.ts'
import { columns, tableLines } from '../../screen/table.ts'
import { durationInWords } from '../../words/duration.ts'
import { formatNumber, objectName, pluralize } from '../../words/nouns.ts'
import { identityText, needsNames } from '../../words/quota/quota.ts'
import { savingCommand, savingText } from '../../words/quota/quota-savings.ts'
import {
  type Counted,
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
  worseLoginText,
} from '../../words/quota/quota-usage.ts'

export interface UsageReport {
  usage: Usage
  podCount: number
  restartsUnread: number
  /** The namespace that was read; null for all. */
  namespace: string | null
  /** What could not be read about who pulls. */
  gaps: readonly Gap[]
}

interface UsageScreen extends Counted, Pick<ReportOptions, 'width' | 'terminal' | 'invocation'> {
  palette: Palette
}

/** The number of spenders on a screen; the documents contain all. */
const MAX_SPENDERS = 15

/** Returns blocks of lines. */
export function usageBlocks(report: UsageReport, options: Omit<UsageScreen, keyof Counted>): string[][] {
  const { usage, restartsUnread, gaps } = report
  const { width, palette } = options
  const screen = { ...options, window: usage.window, partial: isPartial(gaps) }
  const unread = restartsUnread === 0 ? [] : wrap(unreadRestartsText(restartsUnread), width, '  ')
  return [
    [...wrap(spendersHeading(screen), width).map(palette.strong), ...spenderLines(usage, screen), ...unread],
    outlookLines(usage, screen),
    planLines(usage, screen),
    forecastLines(usage, screen),
    savingLines(report, screen),
    wrap(countedText(usage), width).map(palette.dim),
  ]
}

function spenderLines({ spenders }: Usage, screen: UsageScreen): string[] {
  if (spenders.length === 0) return wrap(noSpendersText(screen), screen.width, '  ')
  const rows = spenders
    .slice(0, MAX_SPENDERS)
    .map(spender => [
      cell(objectName(spender.workload)),
      cell(spender.workload.namespace),
      pullsText(spender.pulls, spender.atMost),
      cell(reasonsText(spender)),
    ])
  const table = [['WORKLOAD', 'NAMESPACE', 'PULLS', 'WHY'], ...rows]
  const rest = spenders.slice(MAX_SPENDERS)
  const more = `  and ${pluralize(rest.length, 'more workload')} with ${pluralize(totalOf(rest), 'pull')}`
  return [...rowLines(table, screen), ...(rest.length === 0 ? [] : [more])]
}

export function reasonsText({ spends }: Spender): string {
  return spends.map(({ reason }) => spendReasonText(reason)).join('; ')
}

function totalOf(spenders: readonly Spender[]): number {
  return spenders.reduce((sum, { pulls }) => sum + pulls, 0)
}

/** The outlooks to show: a login that no pod uses spends nothing. */
export function usedOutlooks(outlooks: readonly Outlook[]): Outlook[] {
  return outlooks.filter(({ pulls }, index) => pulls > 0 || index === 0)
}

function outlookLines({ outlooks }: Usage, screen: UsageScreen): string[] {
  const { width, terminal, palette, window } = screen
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const lines = usedOutlooks(outlooks).flatMap(outlook => {
    const text = `${identityText(outlook.quota, named)}: ${outlookText(outlook, screen)}`
    const prose = wrap(sanitizeLine(text), width, '  ')
    return [
      ...(outlook.fits === false ? prose.map(line => palette.problem(line, 'error')) : prose),
      ...(terminal ? chart(outlook, window, width) : []),
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

function planLines(usage: Usage, screen: UsageScreen): string[] {
  // Without pulls, every plan is enough.
  if (usage.spenders.length === 0) return []
  const { width, palette } = screen
  const worse = worseLoginText(usage)
  return [
    palette.strong(`What each plan allows, in ${durationInWords(usage.window)}`),
    ...rowLines(capacityTexts(usage, screen), screen),
    ...(worse === null ? [] : wrap(worse, width, '  ').map(line => palette.problem(line, 'warning'))),
  ]
}

function forecastLines({ forecast }: Usage, screen: UsageScreen): string[] {
  if (forecast === null) return []
  return [
    screen.palette.strong(`With ${pluralize(forecast.nodes, 'more node')}`),
    ...wrap(forecastText(forecast, screen), screen.width, '  '),
    ...rowLines(forecastWaitTexts(forecast), screen),
  ]
}

function rowLines(pairs: readonly (readonly string[])[], { width, terminal }: UsageScreen): string[] {
  return terminal ? tableLines(pairs, width, '  ').flat() : columns(pairs).map(line => `  ${line}`)
}

function savingLines(
  { usage, namespace }: UsageReport,
  { width, invocation, palette }: UsageScreen,
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
  return [palette.strong('Biggest savings'), ...lines]
}
