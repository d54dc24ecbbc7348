/** A diagnosis as GitHub workflow commands: one annotation a cause and image, because a step shows only ten of a kind. */

import type { Diagnosis, Severity } from '../../diagnosis/finding.ts'
import { joined } from '../block.ts'
import { workflowMessage, workflowProperty } from '../escape.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import { visible } from '../sanitise.ts'
import { counted, someOf } from '../words/count.ts'
import { credentialLines } from '../words/credential.ts'
import { gapSentence, gapStories } from '../words/gaps.ts'
import { countPods } from '../words/pods.ts'
import { nextStep, summarySentence } from '../words/summary.ts'
import { nextText } from '../words/told.ts'

const LEVEL: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' }

/** The commands, and as a last line for the log the summary. */
export function renderGithub(diagnosis: Diagnosis, program: string): string {
  const { findings, gaps, takenAt } = diagnosis
  const annotations = [
    ...groupByCause(findings, program).flatMap(group => ofGroup(group, takenAt)),
    ...gapStories(gaps).map(story =>
      annotation('warning', 'Not everything could be read', [gapSentence(story)]),
    ),
  ]
  const next = nextStep(diagnosis, program)
  const summary = `${summarySentence(diagnosis, program)}${next === null ? '' : ` ${nextText(next)}`}`
  if (annotations.length === 0) return `${annotation('notice', 'pullguard', [summary])}\n`
  return `${annotations.join('\n')}\n${joined([visible(summary)])}`
}

function ofGroup(group: CauseGroup, takenAt: string): string[] {
  const { words, program } = group
  const byImage = Map.groupBy(group.findings, ({ image }) => image)
  return [...byImage].map(([image, findings]) => {
    const [first = group.findings[0], ...others] = findings
    const told = { program, findings: [first, ...others] } as const
    const where = groupByWorkload(findings, takenAt).map(
      ({ namespace, workload }) => `${namespace}/${workload}`,
    )
    const [step] = words.next(told)
    return annotation(LEVEL[first.severity], words.title(told), [
      `${image}: ${counted(countPods(findings), 'pod')} of ${someOf(where, 5)}`,
      ...(first.evidence === null ? [] : [first.evidence.text]),
      ...credentialLines(findings).map(line => `Credential: ${line}`),
      nextText(step),
    ])
  })
}

function annotation(level: string, title: string, lines: string[]): string {
  return `::${level} title=${workflowProperty(title)}::${workflowMessage(lines)}`
}
