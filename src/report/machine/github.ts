/** A diagnosis as GitHub workflow commands: one annotation per cause and image, because a step shows only ten of each level. */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { credentialLinesFor, titleOf } from '../words/causes.ts'
import type { Moment } from '../words/duration.ts'
import { type GapAbout, gapSentence, summarizeGaps } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { countPods, imageText, pluralize, shortList } from '../words/nouns.ts'
import { nextStepText, stepsOf } from '../words/steps.ts'
import { nextStep, summarySentence } from '../words/summary.ts'
import { ANNOTATION_LEVEL, annotation, MAX_ANNOTATIONS } from './annotation.ts'

/** Returns annotations for the findings and for what could not be read. */
export function annotationsOf(
  diagnosis: AdvisedDiagnosis,
  invocation: Invocation,
  about: GapAbout = 'diagnosis',
): string[] {
  const { findings, gaps } = diagnosis
  const unread = summarizeGaps(gaps, about).map(gap =>
    annotation('warning', { title: 'Not everything could be read' }, [gapSentence(gap)]),
  )
  return [
    ...ofFindings(groupByCause(findings, invocation), diagnosis, MAX_ANNOTATIONS - unread.length),
    ...unread,
  ]
}

/** Returns the commands and, as a last line for the log, the summary. */
export function renderGithub(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  const annotations = annotationsOf(diagnosis, invocation)
  const next = nextStep(diagnosis, invocation)
  const summary = `${summarySentence(diagnosis, invocation)}${next === null ? '' : ` ${nextStepText(next)}`}`
  if (annotations.length === 0) return `${annotation('notice', { title: 'pullguard' }, [summary])}\n`
  return `${annotations.join('\n')}\n${joinLines([sanitizeLine(summary)])}`
}

/** Most urgent first, because GitHub drops the excess. If there are many images, those with the same cause share an annotation. */
function ofFindings(groups: CauseGroup[], moment: Moment, room: number): string[] {
  const byImage = groups.flatMap(group =>
    [...Map.groupBy(group.findings, ({ image }) => image).values()].map(same => ofSome(group, same, moment)),
  )
  return byImage.length <= room ? byImage : groups.map(group => ofSome(group, group.findings, moment))
}

function ofSome(
  { invocation, findings: all }: CauseGroup,
  some: readonly AdvisedFinding[],
  moment: Moment,
): string {
  const [first = all[0], ...others] = some
  const context = { invocation, findings: [first, ...others] } as const
  const where = groupByWorkload(some, moment).map(({ namespace, workload }) => `${namespace}/${workload}`)
  const images = [...new Set(some.map(({ image }) => imageText(image)))]
  const [step] = stepsOf(context.findings, invocation)
  return annotation(ANNOTATION_LEVEL[first.severity], { title: titleOf(context) }, [
    `${shortList(images, 5)}: ${pluralize(countPods(some), 'pod')} of ${shortList([...new Set(where)], 5)}`,
    ...(first.evidence === null ? [] : [first.evidence.text]),
    ...credentialLinesFor(context).map(line => `Credential: ${line}`),
    ...checkLines(some).map(line => `Asked the registry: ${line}`),
    nextStepText(step),
  ])
}
