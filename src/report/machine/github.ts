/** A diagnosis as GitHub workflow commands: one annotation a cause and image, because a step shows only ten of a kind. */

import type { Advised, AdvisedDiagnosis } from '../../advice/advised.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import { workflowMessage, workflowProperty } from '../escape.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../sanitise.ts'
import { joined } from '../screen/block.ts'
import { titleOf } from '../words/causes.ts'
import { counted, someOf } from '../words/count.ts'
import { credentialLines } from '../words/credential.ts'
import { gapSentence, gapStories } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { imageText } from '../words/image-text.ts'
import { countPods } from '../words/pods.ts'
import { nextText } from '../words/said.ts'
import { stepsOf } from '../words/steps.ts'
import { nextStep, summarySentence } from '../words/summary.ts'

/** What GitHub shows of each level and step. */
const MOST = 10

const LEVEL: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' }

/** The annotations of the findings and of what could not be read. */
export function annotationsOf(diagnosis: AdvisedDiagnosis, invocation: Invocation): string[] {
  const { findings, gaps, takenAt } = diagnosis
  const unread = gapStories(gaps).map(story =>
    annotation('warning', 'Not everything could be read', [gapSentence(story)]),
  )
  return [...ofFindings(groupByCause(findings, invocation), takenAt, MOST - unread.length), ...unread]
}

/** The commands, and as a last line for the log the summary. */
export function renderGithub(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  const annotations = annotationsOf(diagnosis, invocation)
  const next = nextStep(diagnosis, invocation)
  const summary = `${summarySentence(diagnosis, invocation)}${next === null ? '' : ` ${nextText(next)}`}`
  if (annotations.length === 0) return `${annotation('notice', 'pullguard', [summary])}\n`
  return `${annotations.join('\n')}\n${joined([visible(summary)])}`
}

/** The most urgent first: GitHub drops what is too much, so that with many images those of one cause share an annotation. */
function ofFindings(groups: CauseGroup[], takenAt: string, room: number): string[] {
  const byImage = groups.flatMap(group =>
    [...Map.groupBy(group.findings, ({ image }) => image).values()].map(same => ofSome(group, same, takenAt)),
  )
  return byImage.length <= room ? byImage : groups.map(group => ofSome(group, group.findings, takenAt))
}

function ofSome(
  { invocation, findings: all }: CauseGroup,
  some: readonly Advised[],
  takenAt: string,
): string {
  const [first = all[0], ...others] = some
  const told = { invocation, findings: [first, ...others] } as const
  const where = groupByWorkload(some, takenAt).map(({ namespace, workload }) => `${namespace}/${workload}`)
  const images = [...new Set(some.map(({ image }) => imageText(image)))]
  const [step] = stepsOf(told.findings, invocation)
  return annotation(LEVEL[first.severity], titleOf(told), [
    `${someOf(images, 5)}: ${counted(countPods(some), 'pod')} of ${someOf([...new Set(where)], 5)}`,
    ...(first.evidence === null ? [] : [first.evidence.text]),
    ...credentialLines(some).map(line => `Credential: ${line}`),
    ...checkLines(some).map(line => `Asked the registry: ${line}`),
    nextText(step),
  ])
}

/** One workflow command. */
export function annotation(level: string, title: string, lines: string[]): string {
  return `::${level} title=${workflowProperty(title)}::${workflowMessage(lines)}`
}
