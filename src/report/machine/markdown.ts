/** A diagnosis as Markdown, for a job summary or a comment: the summary sentence, a table, what to do, and the evidence, collapsed. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { markdownCode, markdownCodeCell, markdownSentence, markdownText } from '../sanitize.ts'
import { clip } from '../screen/layout.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { explainCommand } from '../words/commands.ts'
import type { Moment } from '../words/duration.ts'
import { type GapAbout, gapSentence, summarizeGaps } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { formatNumber, pluralize } from '../words/nouns.ts'
import { stepsOf } from '../words/steps.ts'
import { summarySentence } from '../words/summary.ts'
import { PULLING_TITLE, pullingTexts } from '../words/wait/pulling.ts'

/** GitHub's limit for a comment. */
const LONGEST = 65_536

/** How much to show; a longer table would not be a summary. */
interface DetailBudget {
  rows: number
  groups: number
  evidence: number
}

/** From the most detailed to the least; long names may need the smaller ones. */
const BUDGETS: DetailBudget[] = [
  { rows: 50, groups: 12, evidence: 1200 },
  { rows: 20, groups: 5, evidence: 300 },
  { rows: 5, groups: 1, evidence: 0 },
]
const LEAST: DetailBudget = { rows: 0, groups: 0, evidence: 0 }

/** Returns the text, ending in a line feed. */
export function renderMarkdown(
  diagnosis: AdvisedDiagnosis,
  invocation: Invocation,
  about: GapAbout = 'diagnosis',
): string {
  const texts = BUDGETS.values().map(budget => markdownWithin(diagnosis, invocation, budget, about))
  return texts.find(text => text.length <= LONGEST) ?? markdownWithin(diagnosis, invocation, LEAST, about)
}

function markdownWithin(
  diagnosis: AdvisedDiagnosis,
  invocation: Invocation,
  budget: DetailBudget,
  about: GapAbout,
): string {
  const groups = groupByCause(diagnosis.findings, invocation)
  const hidden = groups.slice(budget.groups)
  const blocks = [
    `### pullguard: ${markdownSentence(summarySentence(diagnosis, invocation))}`,
    ...(groups.length === 0 ? [] : [table(groups, diagnosis, budget.rows)]),
    ...groups.slice(0, budget.groups).map(group => section(group, budget.evidence)),
    ...(hidden.length === 0 ? [] : [`… and ${pluralize(hidden.length, 'more cause')}`]),
    ...pullingBlock(diagnosis),
    ...gapBlock(diagnosis.gaps, about),
  ]
  return `${blocks.join('\n\n')}\n`
}

function table(groups: CauseGroup[], moment: Moment, most: number): string {
  const rows = groups.flatMap(group =>
    groupByWorkload(group.findings, moment).map(({ image, namespace, workload, pods, age }) =>
      [
        markdownText(group.findings[0].cause),
        markdownCodeCell(image),
        markdownCodeCell(`${namespace}/${workload}`),
        formatNumber(pods.length),
        age ?? '',
      ].join(' | '),
    ),
  )
  const shown = rows.slice(0, most).map(row => `| ${row} |`)
  const hidden = rows.length - shown.length
  const lines = ['| Cause | Image | Workload | Pods | Age |', '| --- | --- | --- | ---: | ---: |', ...shown]
  return [...lines, ...(hidden > 0 ? ['', `… and ${pluralize(hidden, 'more row')}`] : [])].join('\n')
}

function section(group: CauseGroup, longest: number): string {
  const { findings } = group
  const evidence = findings.find(finding => finding.evidence !== null)?.evidence?.text
  const steps = stepsOf(findings, group.invocation).map(
    ({ text, command }) =>
      `- ${markdownSentence(text)}${command === undefined ? '' : `: ${markdownCode(command)}`}`,
  )
  const lines = [
    `**${markdownSentence(titleOf(group))}** (${pluralize(group.pods, 'pod')})`,
    '',
    markdownSentence(meaningOf(group)),
    '',
    ...steps,
    ...credentialLinesFor(group).map(line => `- Credential: ${markdownSentence(line)}`),
    ...checkLines(findings).map(line => `- Asked the registry: ${markdownSentence(line)}`),
    `- More: ${markdownCode(explainCommand(group.invocation, findings[0]))}`,
  ]
  if (evidence === undefined || longest === 0) return lines.join('\n')
  return [
    ...lines,
    '',
    '<details><summary>Evidence</summary>',
    '',
    markdownCode(clip(evidence, longest)),
    '',
    '</details>',
  ].join('\n')
}

function pullingBlock(diagnosis: AdvisedDiagnosis): string[] {
  const texts = pullingTexts(diagnosis)
  if (texts.length === 0) return []
  return [`**${PULLING_TITLE}**\n\n${texts.map(text => `- ${markdownSentence(text)}`).join('\n')}`]
}

/** Returns what could not be read; empty if there are no gaps. */
export function gapBlock(gaps: readonly Gap[], about: GapAbout): string[] {
  if (gaps.length === 0) return []
  const lines = summarizeGaps(gaps, about).map(
    gap =>
      `- ${markdownSentence(gapSentence(gap))}${gap.remedy === null ? '' : ` → ${markdownSentence(gap.remedy)}`}`,
  )
  return [`**Not everything could be read**\n\n${lines.join('\n')}`]
}
