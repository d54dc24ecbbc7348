/** `why` in any of its formats. */

import type { AdvisedWhy } from '../../advice/add-steps.ts'
import { cell } from '../escape.ts'
import type { DataFormat } from '../formats.ts'
import type { Invocation } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import { findingDocument } from '../machine/diagnosis-document.ts'
import type { ReportOptions } from '../options.ts'
import { joinLines } from '../screen/block.ts'
import { renderChain } from './why-chain.ts'

export interface WhyReportOptions extends ReportOptions {
  format: DataFormat
}

const RENDERERS: Record<DataFormat, (why: AdvisedWhy, options: WhyReportOptions) => string> = {
  table: renderChain,
  text: renderChain,
  json: (why, { invocation }) => toJson(whyDocument(why, invocation)),
  yaml: (why, { invocation }) => toYaml(whyDocument(why, invocation)),
  name: why => joinLines([cell(`${why.namespace}/${why.pod}`)]),
}

/** The chain as text for standard output, ready to write. */
export function renderWhy(why: AdvisedWhy, options: WhyReportOptions): string {
  return RENDERERS[options.format](why, options)
}

function whyDocument(why: AdvisedWhy, invocation: Invocation): object {
  return enveloped('Why', whyFields(why, invocation))
}

/** What machines read of one pod. */
export function whyFields(why: AdvisedWhy, invocation: Invocation): object {
  const containers = why.containers.map(container => ({
    ...container,
    problems: container.problems.map(problem =>
      problem.code === 'pull-failed'
        ? { ...problem, finding: findingDocument(problem.finding, invocation) }
        : problem,
    ),
  }))
  return { ...why, containers }
}
