/** Renders `why` in any format: one pod's chain, or one for each group of similar pods of a workload. */

import type { AdvisedWhy } from '../../advice/add-steps.ts'
import type { DataFormat, ReportOptions } from '../formats.ts'
import type { Invocation } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import { findingDocument } from '../machine/diagnosis-document.ts'
import { cell } from '../sanitize.ts'
import { joinLines } from '../screen/layout.ts'
import { renderChain, renderChains, type WorkloadWhy } from './why-screen.ts'

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

/** Returns the chain as text for standard output. */
export function renderWhy(why: AdvisedWhy, options: WhyReportOptions): string {
  return RENDERERS[options.format](why, options)
}

function whyDocument(why: AdvisedWhy, invocation: Invocation): object {
  return enveloped('Why', whyFields(why, invocation))
}

/** Returns the fields of one pod for machines. */
function whyFields(why: AdvisedWhy, invocation: Invocation): object {
  const containers = why.containers.map(({ finding: _finding, ...container }) => ({
    ...container,
    problems: container.problems.map(problem =>
      problem.code === 'pull-failed'
        ? { ...problem, finding: findingDocument(problem.finding, invocation) }
        : problem,
    ),
  }))
  return { ...why, containers }
}

const LIST_RENDERERS: Record<DataFormat, (report: WorkloadWhy, options: WhyReportOptions) => string> = {
  table: renderChains,
  text: renderChains,
  json: (report, { invocation }) => toJson(listDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(listDocument(report, invocation)),
  name: ({ items }) => joinLines(items.map(({ why }) => cell(`${why.namespace}/${why.pod}`))),
}

/** Returns the chains as text for standard output. */
export function renderWhyOfWorkload(report: WorkloadWhy, options: WhyReportOptions): string {
  return LIST_RENDERERS[options.format](report, options)
}

function listDocument({ diagnosis, items }: WorkloadWhy, invocation: Invocation): object {
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
