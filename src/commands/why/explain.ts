/** Explains pods of a snapshot for `why`: one, or the failing ones of a workload, those that are alike once. */

import { type AdvisedWhy, adviseDiagnosis, adviseWhy } from '../../advice/add-steps.ts'
import { alikePods } from '../../diagnosis/alike-pods.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import { explainPod } from '../../diagnosis/why.ts'
import type { Why } from '../../diagnosis/why-report.ts'
import { opensLinks } from '../../report/screen/links.ts'
import { renderWhyOfWorkload, type WhyReportOptions } from '../../report/views/why.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Gap, Snapshot } from '../../snapshot/snapshot.ts'
import type { ImageChecking } from '../check-images.ts'
import type { CommandContext, ExitName } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import type { WhyOptions } from '../why.ts'

export interface Asked {
  options: WhyOptions
  /** undefined: no registry is asked. */
  checking: ImageChecking | undefined
}

/** Reports the failing pods of a snapshot of one workload. */
export async function explainWorkload(
  snapshot: Snapshot,
  { options, checking }: Asked,
  context: CommandContext,
): Promise<ExitName> {
  const diagnosis = diagnose(snapshot)
  const items: { why: AdvisedWhy; others: string[] }[] = []
  for (const { namespace, pod: name, others } of alikePods(diagnosis.findings)) {
    const pod = snapshot.pods.find(each => each.namespace === namespace && each.name === name)
    if (pod !== undefined) items.push({ why: await explained(pod, snapshot, checking), others })
  }
  const report = { diagnosis: adviseDiagnosis(diagnosis), items }
  await context.out.write(renderWhyOfWorkload(report, reportOptions(options, context)))
  return verdict(
    items.map(({ why }) => why),
    snapshot.gaps,
  )
}

/** The pod's chain. Healthy containers too: their images will have to be pulled again. */
export async function explained(
  pod: Pod,
  snapshot: Snapshot,
  checking: ImageChecking | undefined,
): Promise<AdvisedWhy> {
  const images = pod.containers.map(({ image }) => image)
  const imageChecks = (await checking?.ask(images, pod)) ?? []
  return adviseWhy(explainPod(pod, { ...snapshot, imageChecks }))
}

/** How the report is drawn here. */
export function reportOptions(
  { connection, files, format }: WhyOptions,
  context: CommandContext,
): WhyReportOptions {
  const { width, color, isTerminal: terminal } = context.out
  const links = opensLinks(terminal, context.env)
  const invocation = invocationOf(context, connection, files.length > 0)
  return { format, width, color, links, terminal, invocation }
}

/** `findings` where a link is broken; else `incomplete` where something could not be read. */
export function verdict(whys: readonly Pick<Why, 'containers'>[], gaps: readonly Gap[]): ExitName {
  if (whys.some(({ containers }) => containers.some(({ problems }) => problems.length > 0))) return 'findings'
  return gaps.length > 0 ? 'incomplete' : 'ok'
}
