/** Renders how many pulls are left on Docker Hub, in any format. */

import type { HubQuota, JudgedQuotas, QuotaAnswer } from '../../snapshot/hub-quota.ts'
import type { QuotaFormat, ReportOptions } from '../formats.ts'
import { ownCommand } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { renderPrometheus } from '../machine/prometheus.ts'
import { type QuotaReport, quotaDocument } from '../machine/quota-document.ts'
import {
  cell,
  escapeInJson,
  markdownCodeCell,
  markdownSentence,
  markdownText,
  sanitizeLine,
} from '../sanitize.ts'
import { labelledCommand } from '../screen/command-lines.ts'
import { FRESH_SCREEN, joinBlocks, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import { gapSentence, summarizeGaps } from '../words/gaps.ts'
import { objectName } from '../words/nouns.ts'
import {
  answerText,
  headingText,
  identityText,
  needsNames,
  quotaVerdictText,
  sourceText,
  unknownNextText,
  whoseNumbersText,
} from '../words/quota/quota.ts'
import { namespaceFlags, savingText } from '../words/quota/quota-savings.ts'
import {
  capacityTexts,
  countedText,
  forecastText,
  forecastWaitTexts,
  isPartial,
  noSpendersText,
  outlookText,
  pullsText,
  shortageText,
  worseLoginText,
} from '../words/quota/quota-usage.ts'
import { gapLines } from './gaps.ts'
import { reasonsText, type UsageReport, usageBlocks, usedOutlooks } from './quota/usage-screen.ts'

export interface QuotaReportOptions extends ReportOptions {
  format: QuotaFormat
  /** Whether to print addresses. */
  showSource: boolean
  /** Whether the quota is shown repeatedly. */
  watch: boolean
}

const RENDERERS: Record<QuotaFormat, (report: QuotaReport, options: QuotaReportOptions) => string> = {
  table: renderScreen,
  json: renderJson,
  yaml: (report, { showSource, invocation }) => toYaml(quotaDocument(report, showSource, invocation)),
  markdown: renderMarkdown,
  prometheus: renderPrometheus,
}

/** Returns the quota as text for standard output. */
export function renderQuota(report: QuotaReport, options: QuotaReportOptions): string {
  return RENDERERS[options.format](report, options)
}

/** Returns one compact document per line if the quota is shown repeatedly. */
function renderJson(report: QuotaReport, { showSource, invocation, watch }: QuotaReportOptions): string {
  const document = quotaDocument(report, showSource, invocation)
  return watch ? `${escapeInJson(JSON.stringify(document))}\n` : toJson(document)
}

function renderScreen(report: QuotaReport, options: QuotaReportOptions): string {
  const { width, color, watch, terminal } = options
  const { judged, usage, takenAt } = report
  const shortage = usage === null ? [] : [shortageText(usage.usage) ?? []].flat()
  const palette = paletteFor(color)
  const screen = joinBlocks([
    [palette.strong(headingText(watch ? takenAt : null))],
    rows(judged, options, palette),
    wrap(whoseNumbersText(judged.quotas), width).map(palette.dim),
    ...(usage === null ? [] : usageBlocks(usage, { ...options, palette })),
    gapLines(report.gaps, width, palette, 'quota'),
    [
      ...wrap(sanitizeLine(quotaVerdictText(judged, report.gaps)), width).map(verdictStyle(judged, palette)),
      ...shortage
        .flatMap(text => wrap(sanitizeLine(text), width))
        .map(line => palette.problem(line, 'error')),
    ],
    nextStep(report, options, palette),
  ])
  return watch && terminal ? `${FRESH_SCREEN}${screen}` : watch ? `${screen}\n` : screen
}

/** Suggests finding out who spends the pulls if they are short, or how to learn what is unknown. */
function nextStep(
  { judged, cluster, usage, gaps }: QuotaReport,
  options: QuotaReportOptions,
  palette: Palette,
) {
  const next = unknownNextText(judged, gaps)
  if (judged.short.length === 0) return next === null ? [] : wrap(next, options.width)
  if (cluster === null || usage !== null) return []
  const command = ownCommand(options.invocation, `quota ${namespaceFlags(cluster.namespace)} --usage`)
  return labelledCommand('To see who pulls: ', command, options.width, palette.strong)
}

function rows(judged: JudgedQuotas, options: QuotaReportOptions, palette: Palette): string[] {
  const { quotas } = judged
  const named = needsNames(quotas)
  const lines = tableLines(
    quotas.map(quota => [
      cell(identityText(quota, named)),
      options.terminal ? bar(quota.answer) : '',
      cell(answerCell(quota, options)),
    ]),
    options.width,
    '  ',
  )
  const room = lines.every(row => row.length === 1)
  return quotas.flatMap((quota, index) => {
    const row = room ? (lines[index] ?? []) : tallRow(quota, { named, options })
    return row.map(styleOf(quota, judged, palette))
  })
}

/** Returns a row in two lines, for names that leave no room beside them. */
function tallRow(
  quota: HubQuota,
  { named, options }: { named: boolean; options: QuotaReportOptions },
): string[] {
  const { width, terminal } = options
  const answer = cell(answerCell(quota, options))
  return [
    ...wrap(sanitizeLine(identityText(quota, named)), width, '  '),
    ...wrap(terminal ? `${bar(quota.answer)}  ${answer}` : answer, width, '    '),
  ]
}

function answerCell({ answer }: HubQuota, { showSource }: QuotaReportOptions): string {
  const source = showSource && answer.status === 'limited' ? answer.source : null
  return source === null ? answerText(answer) : `${answerText(answer)}, counted for ${sourceText(source)}`
}

const BAR = 20

/** Draws what is left of the limit; blank if there is no such share. */
function bar(answer: QuotaAnswer): string {
  if (answer.status === 'rate-limited') return '░'.repeat(BAR)
  if (answer.status !== 'limited' || answer.remaining === null || answer.limit === 0) return ' '.repeat(BAR)
  // Rounds up, so that even one remaining pull is visible.
  const filled = Math.min(BAR, Math.ceil((answer.remaining / answer.limit) * BAR))
  return '█'.repeat(filled) + '░'.repeat(BAR - filled)
}

function styleOf(
  quota: HubQuota | undefined,
  { refused, short, unknown }: JudgedQuotas,
  { problem }: Palette,
): (line: string) => string {
  if (quota === undefined) return line => line
  if (refused.includes(quota) || short.includes(quota)) return line => problem(line, 'error')
  return unknown.includes(quota) ? line => problem(line, 'warning') : line => line
}

function verdictStyle(
  { refused, short, spent, unknown }: JudgedQuotas,
  palette: Palette,
): (line: string) => string {
  if (refused.length + short.length > 0) return line => palette.problem(line, 'error')
  return unknown.length + spent.length > 0 ? line => palette.problem(line, 'warning') : palette.success
}

function renderMarkdown(report: QuotaReport, options: QuotaReportOptions): string {
  const { judged, usage } = report
  const named = needsNames(judged.quotas)
  const table = judged.quotas.map(
    quota => `| ${markdownText(identityText(quota, named))} | ${markdownText(answerCell(quota, options))} |`,
  )
  const gaps =
    report.gaps.length === 0
      ? []
      : [
          markdownText(
            `Not everything could be read. ${summarizeGaps(report.gaps, 'quota').map(gapSentence).join('. ')}.`,
          ),
        ]
  return `${[
    '### Docker Hub pulls',
    `**${markdownSentence(quotaVerdictText(judged, report.gaps))}**`,
    ['| Who | Left |', '| --- | --- |', ...table].join('\n'),
    markdownSentence(whoseNumbersText(judged.quotas)),
    ...(usage === null ? [] : usageMarkdown(usage)),
    ...gaps,
  ].join('\n\n')}\n`
}

const MAX_SHOWN = 30

/** Returns who spends the pulls, as paragraphs. */
function usageMarkdown({ usage, gaps }: UsageReport): string[] {
  const { spenders, outlooks, savings, window, forecast } = usage
  const counted = { window, partial: isPartial(gaps) }
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const rows = spenders.slice(0, MAX_SHOWN).map(spender => {
    const { workload, pulls, atMost } = spender
    const name = markdownCodeCell(`${workload.namespace} ${objectName(workload)}`)
    return `| ${name} | ${pullsText(pulls, atMost)} | ${markdownText(reasonsText(spender))} |`
  })
  const worse = worseLoginText(usage)
  return [
    rows.length === 0
      ? markdownSentence(noSpendersText(counted))
      : ['| Workload | Pulls | Why |', '| --- | --- | --- |', ...rows].join('\n'),
    list(
      usedOutlooks(outlooks).map(
        outlook => `${identityText(outlook.quota, named)}: ${outlookText(outlook, counted)}`,
      ),
    ),
    rows.length === 0 ? '' : list(capacityTexts(usage, counted).map(pair => pair.join(': '))),
    worse === null ? '' : markdownSentence(worse),
    ...(forecast === null
      ? []
      : [
          markdownSentence(forecastText(forecast, counted)),
          list(forecastWaitTexts(forecast).map(pair => pair.join(': '))),
        ]),
    list(savings.map(savingText)),
    markdownSentence(countedText(usage)),
  ].filter(paragraph => paragraph !== '')
}

function list(texts: readonly string[]): string {
  return texts.map(text => `- ${markdownSentence(text)}`).join('\n')
}
