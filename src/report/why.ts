/** `why` in any of its formats. */

import type { Why } from '../diagnosis/why-report.ts'
import { joined } from './block.ts'
import { enveloped, toJson, toYaml } from './data.ts'
import { findingDocument } from './diagnosis/document.ts'
import { cell } from './escape.ts'
import type { DataFormat } from './images.ts'
import type { ReportOptions } from './options.ts'
import { renderChain } from './why/chain.ts'
import { podPath } from './words/commands.ts'

export interface WhyReportOptions extends ReportOptions {
  format: DataFormat
}

const RENDERERS: Record<DataFormat, (why: Why, options: WhyReportOptions) => string> = {
  table: renderChain,
  json: (why, { program }) => toJson(whyDocument(why, program)),
  yaml: (why, { program }) => toYaml(whyDocument(why, program)),
  name: why => joined([cell(podPath(why))]),
}

/** The chain as text for standard output, ready to write. */
export function renderWhy(why: Why, options: WhyReportOptions): string {
  return RENDERERS[options.format](why, options)
}

function whyDocument(why: Why, program: string): object {
  const containers = why.containers.map(container => ({
    ...container,
    problems: container.problems.map(problem =>
      problem.code === 'pull-failed'
        ? { ...problem, finding: findingDocument(problem.finding, program) }
        : problem,
    ),
  }))
  return enveloped('Why', { ...why, containers })
}
