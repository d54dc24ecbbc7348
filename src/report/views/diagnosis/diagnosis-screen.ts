/** A diagnosis for a person on a terminal: one block a cause, the worst first, and the most important line last. */

import type { AdvisedDiagnosis } from '../../../advice/add-steps.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../../group.ts'
import type { ReportOptions } from '../../options.ts'
import { visible } from '../../sanitise.ts'
import { field, stacked } from '../../screen/block.ts'
import { type Palette, paletteFor } from '../../screen/palette.ts'
import { commandLines, stepLines } from '../../screen/step.ts'
import { displayWidth, wrap } from '../../screen/wrap.ts'
import { meaningOf, titleOf } from '../../words/causes.ts'
import { explainCommand } from '../../words/commands.ts'
import { amount, counted } from '../../words/count.ts'
import { credentialLines } from '../../words/credential.ts'
import { checkLines } from '../../words/image-check.ts'
import { countPods } from '../../words/pods.ts'
import { nextText, nextWords, type Said } from '../../words/said.ts'
import { stepsOf } from '../../words/steps.ts'
import { nextStep, summarySentence } from '../../words/summary.ts'
import { gapLines } from '../gaps.ts'
import { pullingLines } from '../pulling.ts'
import { workloadLines } from './workloads.ts'

/** How much one block may say: with many causes each says less, so that the whole stays a screen or two. */
interface Share {
  rows: number
  evidenceLines: number
  /** Images that registries were asked about. */
  checks: number
  steps: number
  meaning: boolean
  /** Pod by pod below its workload. */
  pods: boolean
}

/** `brief` fits a screen or two; `whole` leaves nothing out. */
export type Extent = 'brief' | 'whole'

const ROWS_IN_ALL = 24
const MOST_GROUPS = 8
const ALL = Number.POSITIVE_INFINITY
const WHOLE: Share = { rows: ALL, evidenceLines: ALL, checks: ALL, steps: ALL, meaning: true, pods: true }

function shareOf(groups: number): Share {
  const rows = Math.max(2, Math.floor(ROWS_IN_ALL / groups))
  return groups <= 3
    ? { rows, evidenceLines: 12, checks: 4, steps: 3, meaning: true, pods: false }
    : { rows, evidenceLines: 3, checks: 2, steps: 1, meaning: false, pods: false }
}

/** The screen. Ends in the last line: how many, why, and what to do next. */
export function renderTable(diagnosis: AdvisedDiagnosis, options: ReportOptions, extent: Extent): string {
  const palette = paletteFor(options.color)
  const groups = groupByCause(diagnosis.findings, options.invocation)
  const shown = extent === 'whole' ? groups : groups.slice(0, MOST_GROUPS)
  const share = extent === 'whole' ? WHOLE : shareOf(shown.length)
  const blocks = shown.map(group => block(group, diagnosis.takenAt, share, options.width, palette))
  const hidden = groups.slice(shown.length).flatMap(group => group.findings)
  if (hidden.length > 0) {
    const causes = counted(groups.length - shown.length, 'more cause')
    const more = `… and ${counted(countPods(hidden), 'pod')} with ${causes}: -o wide shows all.`
    blocks.push(wrap(more, options.width))
  }
  const rest = [
    pullingLines(diagnosis, options.width),
    gapLines(diagnosis.gaps, options.width, palette),
    lastLines(diagnosis, options, palette),
  ]
  return stacked([...blocks, ...rest])
}

function block(group: CauseGroup, takenAt: string, share: Share, width: number, palette: Palette): string[] {
  const { words, findings, pods, namespaces } = group
  const place = namespaces === 1 ? '' : ` in ${amount(namespaces)} namespaces`
  const title = wrap(visible(`${titleOf(group)}: ${counted(pods, 'pod')}${place}`), width)
  const evidence = findings.find(finding => finding.evidence !== null)?.evidence?.text
  const credential = words.tellsCredential ? credentialLines(findings) : []
  return [
    ...title.map(line => palette.trouble(line, findings[0].severity)),
    ...workloadLines(groupByWorkload(findings, takenAt), share, width, palette),
    '',
    ...(share.meaning ? field({ label: 'meaning', text: meaningOf(group) }, width) : []),
    ...(evidence === undefined
      ? []
      : field({ label: 'evidence', text: evidence, lines: share.evidenceLines, style: palette.dim }, width)),
    ...credential.flatMap((text, index) =>
      field({ label: index === 0 ? 'credential' : '', text, lines: 3 }, width),
    ),
    ...checkLines(findings, share.checks).flatMap((text, index) =>
      field({ label: index === 0 ? 'asked' : '', text }, width),
    ),
    ...stepLines('what to do', stepsOf(findings, group.invocation).slice(0, share.steps), width, palette),
    // On the brief screen it would be one line of many that say the same.
    ...(share.pods
      ? field({ label: 'more', text: explainCommand(group.invocation, findings[0]) }, width)
      : []),
  ]
}

/** The summary and the next step: in one line where it fits, else the step on the very last one. */
export function lastLines(diagnosis: AdvisedDiagnosis, options: ReportOptions, palette: Palette): string[] {
  const sentence = visible(summarySentence(diagnosis, options.invocation))
  const next = nextStep(diagnosis, options.invocation)
  if (next === null) {
    const lines = wrap(sentence, options.width)
    return diagnosis.complete ? lines.map(palette.well) : lines
  }
  if (next.command === undefined)
    return [...wrap(sentence, options.width), ...wrap(visible(`${nextText(next)}.`), options.width)]
  return besideOrBelow(sentence, next, options.width, palette)
}

function besideOrBelow(sentence: string, next: Said, width: number, palette: Palette): string[] {
  const { label, text } = nextWords(next)
  const start = visible(label)
  const command = commandLines(text, width - displayWidth(start) - 1, '')
  const [only] = command
  if (command.length === 1 && only !== undefined && displayWidth(`${sentence} ${start} ${only}`) <= width) {
    return [`${sentence} ${start} ${palette.strong(only)}`]
  }
  const below =
    next.where === undefined
      ? command.map((line, index) => `${index === 0 ? `${start} ` : '      '}${palette.strong(line)}`)
      : [...wrap(start, width), ...commandLines(text, width, '  ').map(palette.strong)]
  return [...wrap(sentence, width), ...below]
}
