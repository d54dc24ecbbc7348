/** `why TYPE/NAME` in any of its formats: one chain for pods that are alike. */

import type { AdvisedDiagnosis, AdvisedWhy } from '../../advice/add-steps.ts'
import { cell } from '../escape.ts'
import type { DataFormat } from '../formats.ts'
import type { Invocation } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinBlocks, joinLines } from '../screen/block.ts'
import { paletteFor } from '../screen/palette.ts'
import { wrap } from '../screen/wrap.ts'
import { summarySentence } from '../words/summary.ts'
import { alikeText } from '../words/why.ts'
import { gapLines } from './gaps.ts'
import { type WhyReportOptions, whyFields } from './why.ts'
import { renderChain } from './why-chain.ts'

export interface WorkloadWhy {
  /** Of all pods of the workload. */
  diagnosis: AdvisedDiagnosis
  items: { why: AdvisedWhy; others: string[] }[]
}

const RENDERERS: Record<DataFormat, (report: WorkloadWhy, options: WhyReportOptions) => string> = {
  table: renderChains,
  text: renderChains,
  json: (report, { invocation }) => toJson(document(report, invocation)),
  yaml: (report, { invocation }) => toYaml(document(report, invocation)),
  name: ({ items }) => joinLines(items.map(({ why }) => cell(`${why.namespace}/${why.pod}`))),
}

/** The chains as text for standard output, ready to write. */
export function renderWhyOfWorkload(report: WorkloadWhy, options: WhyReportOptions): string {
  return RENDERERS[options.format](report, options)
}

/** Gaps are of the reading, not of a pod, so that they are told once. */
function renderChains({ diagnosis, items }: WorkloadWhy, options: WhyReportOptions): string {
  const { width, invocation, color } = options
  const chains = items.map(({ why, others }) => {
    const alike = others.length === 0 ? [] : wrap(sanitizeLine(alikeText(others)), width)
    return `${joinLines(alike)}${renderChain({ ...why, gaps: items.length > 1 ? [] : why.gaps }, options)}`
  })
  const gaps = items.length === 1 ? [] : gapLines(diagnosis.gaps, width, paletteFor(color))
  const last = items.length === 1 ? [] : wrap(sanitizeLine(summarySentence(diagnosis, invocation)), width)
  return [...chains, joinBlocks([gaps, last])].filter(text => text.trim() !== '').join('\n')
}

function document({ diagnosis, items }: WorkloadWhy, invocation: Invocation): object {
  const { takenAt, complete, scope, summary, gaps } = diagnosis
  return enveloped('WhyList', {
    takenAt,
    complete,
    scope,
    summary,
    items: items.map(({ why, others }) => ({ ...whyFields(why, invocation), alike: others })),
    gaps,
  })
}
