/** A diagnosis as Markdown, for a job summary or a comment: the sentence, a table, what to do, the evidence folded away. */

import type { Diagnosis } from '../../diagnosis/finding.ts'
import { markdownCode, markdownText } from '../escape.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import { clip } from '../layout.ts'
import { amount, counted } from '../words/count.ts'
import { credentialLines } from '../words/credential.ts'
import { gapSentence, gapStories } from '../words/gaps.ts'
import { summarySentence } from '../words/summary.ts'

/** GitHub refuses comments beyond 65,536 characters; a table this long is no summary any more either. */
const MOST_ROWS = 50
const MOST_GROUPS = 12
const LONGEST_EVIDENCE = 1200

/** The text, ending in a line feed. */
export function renderMarkdown(diagnosis: Diagnosis, program: string): string {
  const groups = groupByCause(diagnosis.findings, program)
  const blocks = [
    `### pullguard: ${markdownText(summarySentence(diagnosis, program))}`,
    ...(groups.length === 0 ? [] : [table(groups, diagnosis.takenAt)]),
    ...groups.slice(0, MOST_GROUPS).map(section),
    ...gapBlock(diagnosis),
  ]
  return `${blocks.join('\n\n')}\n`
}

function table(groups: CauseGroup[], takenAt: string): string {
  const rows = groups.flatMap(group =>
    groupByWorkload(group.findings, takenAt).map(({ image, namespace, workload, pods, age }) =>
      [
        markdownText(group.findings[0].cause),
        markdownCode(image),
        markdownCode(`${namespace}/${workload}`),
        amount(pods.length),
        age ?? '',
      ].join(' | '),
    ),
  )
  const shown = rows.slice(0, MOST_ROWS).map(row => `| ${row} |`)
  const hidden = rows.length - shown.length
  const lines = ['| Cause | Image | Workload | Pods | Age |', '| --- | --- | --- | ---: | ---: |', ...shown]
  return [...lines, ...(hidden > 0 ? ['', `… and ${counted(hidden, 'more row')}`] : [])].join('\n')
}

function section(group: CauseGroup): string {
  const { words, findings } = group
  const evidence = findings.find(finding => finding.evidence !== null)?.evidence?.text
  const steps = words
    .next(group)
    .map(
      ({ say, command }) =>
        `- ${markdownText(say)}${command === undefined ? '' : `: ${markdownCode(command)}`}`,
    )
  const lines = [
    `**${markdownText(words.title(group))}** (${counted(group.pods, 'pod')})`,
    '',
    markdownText(words.meaning(group)),
    '',
    ...steps,
    ...credentialLines(findings).map(line => `- Credential: ${markdownText(line)}`),
  ]
  if (evidence === undefined) return lines.join('\n')
  return [
    ...lines,
    '',
    '<details><summary>Evidence</summary>',
    '',
    markdownCode(clip(evidence, LONGEST_EVIDENCE)),
    '',
    '</details>',
  ].join('\n')
}

function gapBlock({ gaps }: Diagnosis): string[] {
  if (gaps.length === 0) return []
  const lines = gapStories(gaps).map(
    story =>
      `- ${markdownText(gapSentence(story))}${story.remedy === null ? '' : ` → ${markdownText(story.remedy)}`}`,
  )
  return [`**Not everything could be read**\n\n${lines.join('\n')}`]
}
