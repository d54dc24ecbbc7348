/** `pullguard why POD`: for each image what the kubelet will try, and the one link that is broken. */

import { adviseWhy } from '../advice/add-steps.ts'
import { explainPod } from '../diagnosis/why.ts'
import type { Why } from '../diagnosis/why-report.ts'
import { UsageError } from '../errors.ts'
import type { DataFormat } from '../report/formats.ts'
import { opensLinks } from '../report/screen/links.ts'
import { renderGaps } from '../report/views/gaps.ts'
import { renderWhy } from '../report/views/why.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { NoSuchPod } from '../source/snapshot-scope.ts'
import type { ImageCheckFlags, ImageChecking } from './check-images.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'
import { type SnapshotOptions, takeSnapshot } from './snapshot.ts'

export interface WhyOptions {
  connection: ConnectionFlags
  /** POD or NAMESPACE/POD; `pod/POD` as kubectl prints it is POD. */
  pod: string
  files: string[]
  recursive: boolean
  /** Ask registries for the pod's images. */
  checkImages?: ImageCheckFlags
  format: DataFormat
}

/** Explains one pod, healthy or not. @throws UsageError where there is no such pod; UnreachableError */
export async function whyCommand(options: WhyOptions, context: CommandContext): Promise<ExitName> {
  const named = podNamed(options)
  const { checkImages } = options
  const checking = checkImages && (await startChecking(checkImages, context))
  const snapshot = await snapshotOf(named, options, context, checking?.keep)
  const { pod: name } = named
  const [pod, ...others] = snapshot.pods.filter(found => found.name === name)
  if (pod === undefined && named.isType) throw notAPod(options)
  if (pod === undefined) return unread(snapshot, context)
  if (others.length > 0) {
    const places = [pod, ...others].map(found => `${found.namespace}/${found.name}`).join(', ')
    throw new UsageError(`More than one pod is called "${name}": say which of ${places}.`)
  }
  // Healthy containers too: their images will have to be pulled again.
  const imageChecks =
    (await checking?.ask(
      pod.containers.map(({ image }) => image),
      pod,
    )) ?? []
  const why = adviseWhy(explainPod(pod, { ...snapshot, imageChecks }))
  const { width, color, isTerminal: terminal } = context.out
  const links = opensLinks(terminal, context.env)
  const invocation = invocationOf(context, options.connection, options.files.length > 0)
  await context.out.write(
    renderWhy(why, { format: options.format, width, color, links, terminal, invocation }),
  )
  return verdict(why)
}

async function startChecking(flags: ImageCheckFlags, context: CommandContext): Promise<ImageChecking> {
  const { ImageChecking } = await import('./check-images.ts')
  return new ImageChecking(flags, context)
}

/** TYPE/NAME is read as NAMESPACE/POD first; if that pod does not exist, the error is about the type. */
async function snapshotOf(
  { pod, namespace, isType }: NamedPod,
  options: WhyOptions,
  context: CommandContext,
  onPullSecret: SnapshotOptions['onPullSecret'],
): Promise<Snapshot> {
  const connection = { ...options.connection, ...(namespace === undefined ? {} : { namespace }) }
  const { files, recursive } = options
  try {
    const reading = { connection, allNamespaces: false, files, recursive, pod }
    return await takeSnapshot({ ...reading, ...(onPullSecret && { onPullSecret }) }, context)
  } catch (error) {
    throw isType && error instanceof NoSuchPod ? notAPod(options) : error
  }
}

function notAPod({ pod }: WhyOptions): UsageError {
  return new UsageError(`"${pod}" is not a pod: name one of its pods (see \`kubectl get pods\`).`)
}

/** The pod exists or may exist, but it can't be read. */
async function unread({ gaps }: Snapshot, { err }: CommandContext): Promise<ExitName> {
  await err.write(renderGaps(gaps, err))
  return 'incomplete'
}

/** kubectl's names for workload types, as in deploy/NAME. A namespace may have the same name. */
const WORKLOADS =
  /^(?:deploy(?:ments?)?|replicasets?|rs|statefulsets?|sts|daemonsets?|ds|jobs?|cronjobs?|cj)(?:\.(?:apps|batch))?$/

interface NamedPod {
  pod: string
  namespace?: string
  /** The namespace is also the name of a workload type. */
  isType: boolean
}

function podNamed(options: WhyOptions): NamedPod {
  const { pod, connection } = options
  const parts = pod.replace(/^pods?\//, '').split('/')
  const [first = '', second] = parts
  if (parts.length > 2 || first === '' || second === '') {
    throw new UsageError(`"${pod}" does not name a pod: give POD with -n, or NAMESPACE/POD.`)
  }
  if (second === undefined) return { pod: first, isType: false }
  const isType = WORKLOADS.test(first)
  if (connection.namespace !== undefined && connection.namespace !== first) {
    if (isType) throw notAPod(options)
    throw new UsageError(`"${pod}" and -n ${connection.namespace} name different namespaces: give only one.`)
  }
  return { pod: second, namespace: first, isType }
}

function verdict({ containers, gaps }: Why): ExitName {
  if (containers.some(({ problems }) => problems.length > 0)) return 'findings'
  return gaps.length > 0 ? 'incomplete' : 'ok'
}
