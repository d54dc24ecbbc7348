/** `pullguard why`: shows, for each image of a pod, what the kubelet will try and what is wrong. */

import { type AdvisedWhy, adviseDiagnosis, adviseWhy } from '../advice/add-steps.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { alikePods, explainPod } from '../diagnosis/why.ts'
import type { Why } from '../diagnosis/why-report.ts'
import { UsageError } from '../errors.ts'
import type { DataFormat } from '../report/formats.ts'
import { opensLinks } from '../report/screen/links.ts'
import { renderGaps } from '../report/views/gaps.ts'
import { podChoices, podQuestion, unnamedPodText, unreadPodText } from '../report/views/questions.ts'
import { renderWhy, renderWhyOfWorkload, type WhyReportOptions } from '../report/views/why.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Gap, Snapshot } from '../snapshot/snapshot.ts'
import { parseSubjects } from '../source/subject-names.ts'
import type { ImageCheckFlags, ImageCheckRun } from './check-images.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf, screenOf } from './shared-flags.ts'
import { takeSnapshot } from './snapshot.ts'

export interface WhyOptions {
  connection: ConnectionFlags
  /** POD, NAMESPACE/POD, or TYPE/NAME; absent: one of the failing pods. */
  name?: string
  files: string[]
  recursive: boolean
  /** Ask registries about the pod's images. */
  checkImages?: ImageCheckFlags
  format: DataFormat
}

/** Explains one pod, healthy or not, or the failing pods of a workload. @throws UsageError for an unknown name; UnreachableError */
export async function whyCommand(options: WhyOptions, context: CommandContext): Promise<ExitName> {
  const { files, recursive, checkImages } = options
  const name = options.name ?? (await choosePod(options, context))
  const [subject] = parseSubjects([name], options.connection.namespace)
  const checking = checkImages && (await startChecking(checkImages, context))
  const reading = {
    connection: options.connection,
    allNamespaces: false,
    files,
    recursive,
    ...(checking && { onPullSecret: checking.keep }),
  }
  if (subject?.kind === 'Pod') {
    const connection = {
      ...reading.connection,
      ...(subject.namespace !== null && { namespace: subject.namespace }),
    }
    const snapshot = await takeSnapshot({ ...reading, connection, pod: subject.name }, context)
    return explainOne(snapshot, { options, checking, name: subject.name }, context)
  }
  const snapshot = await takeSnapshot({ ...reading, names: [name], keepNamedPods: true }, context)
  const [found] = snapshot.scope.subjects ?? []
  return found?.kind === 'Pod'
    ? explainOne(snapshot, { options, checking, name: found.name }, context)
    : explainWorkload(snapshot, { options, checking }, context)
}

/** Loads the image checks only if they are requested. */
async function startChecking(flags: ImageCheckFlags, context: CommandContext): Promise<ImageCheckRun> {
  const { ImageCheckRun } = await import('./check-images.ts')
  return new ImageCheckRun(flags, context)
}

async function explainOne(
  snapshot: Snapshot,
  { options, checking, name }: WhyRequest & { name: string },
  context: CommandContext,
): Promise<ExitName> {
  const [pod, ...others] = snapshot.pods.filter(found => found.name === name)
  if (pod === undefined) return unread(name, snapshot, context)
  if (others.length > 0) {
    const places = [pod, ...others].map(found => `${found.namespace}/${found.name}`).join(', ')
    throw new UsageError(`More than one pod is called "${name}": say which of ${places}.`)
  }
  const whys = await explainWithChecks([pod], snapshot, checking)
  for (const why of whys) await context.out.write(renderWhy(why, reportOptions(options, context)))
  return exitOf(whys, snapshot.gaps)
}

/** Handles a pod that exists or may exist but can't be read. */
async function unread(name: string, { gaps }: Snapshot, { err }: CommandContext): Promise<ExitName> {
  await err.write(unreadPodText(name, gaps, err))
  return 'incomplete'
}

/**
 * Without a name, lets the user choose a failing pod and returns its NAMESPACE/POD.
 * @throws UsageError with the names if no one can be asked or nothing is failing
 */
async function choosePod(options: WhyOptions, context: CommandContext): Promise<string> {
  const { connection, files, recursive } = options
  const snapshot = await takeSnapshot({ connection, allNamespaces: false, files, recursive }, context)
  const diagnosis = adviseDiagnosis(diagnose(snapshot))
  const invocation = invocationOf(context, connection, { fromDump: files.length > 0 })
  const choices = podChoices(diagnosis, invocation)
  const [first, ...others] = choices
  if (context.ask.available && first !== undefined)
    return others.length === 0 ? first.value : context.ask.pick(podQuestion(), choices)
  if (choices.length === 0) await context.err.write(renderGaps(snapshot.gaps, context.err))
  throw new UsageError(unnamedPodText(diagnosis, invocation, { files, recursive }))
}

interface WhyRequest {
  options: WhyOptions
  /** undefined: don't ask registries. */
  checking: ImageCheckRun | undefined
}

/** Reports the failing pods of a snapshot of one workload. */
async function explainWorkload(
  snapshot: Snapshot,
  { options, checking }: WhyRequest,
  context: CommandContext,
): Promise<ExitName> {
  const diagnosis = diagnose(snapshot)
  const alike = alikePods(diagnosis.findings).flatMap(({ namespace, pod: name, others }) => {
    const pod = snapshot.pods.find(each => each.namespace === namespace && each.name === name)
    return pod === undefined ? [] : [{ pod, others }]
  })
  const whys = await explainWithChecks(
    alike.map(({ pod }) => pod),
    snapshot,
    checking,
  )
  const items = whys.map((why, index) => ({ why, others: alike[index]?.others ?? [] }))
  const report = { diagnosis: adviseDiagnosis(diagnosis), items }
  await context.out.write(renderWhyOfWorkload(report, reportOptions(options, context)))
  return exitOf(
    items.map(({ why }) => why),
    snapshot.gaps,
  )
}

/**
 * Explains the chain of each pod, including healthy containers, whose images will have to be pulled again. Registries are asked once for all
 * pods, within one limit of time.
 */
async function explainWithChecks(
  pods: readonly Pod[],
  snapshot: Snapshot,
  checking: ImageCheckRun | undefined,
): Promise<AdvisedWhy[]> {
  const wanted = pods.flatMap(pod => pod.containers.map(({ image }) => ({ image, pod })))
  const imageChecks = (await checking?.checkEach(wanted)) ?? []
  return pods.map(pod => adviseWhy(explainPod(pod, { ...snapshot, imageChecks })))
}

/** Returns how to render the report. */
function reportOptions({ connection, files, format }: WhyOptions, context: CommandContext): WhyReportOptions {
  const links = opensLinks(context.out, context.env)
  const invocation = invocationOf(context, connection, { fromDump: files.length > 0, only: { named: true } })
  return { format, ...screenOf(context.out), links, invocation }
}

/** Returns `findings` if there is a problem, or else `incomplete` if something could not be read. */
function exitOf(whys: readonly Pick<Why, 'containers'>[], gaps: readonly Gap[]): ExitName {
  if (whys.some(({ containers }) => containers.some(({ problems }) => problems.length > 0))) return 'findings'
  return gaps.length > 0 ? 'incomplete' : 'ok'
}
