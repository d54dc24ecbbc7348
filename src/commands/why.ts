/** `pullguard why`: for each image of a pod what the kubelet will try, and the one link that is broken. */

import { UsageError } from '../errors.ts'
import type { DataFormat } from '../report/formats.ts'
import { renderGaps } from '../report/views/gaps.ts'
import { renderWhy } from '../report/views/why.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { parseSubjects } from '../source/subject-names.ts'
import type { ImageCheckFlags, ImageChecking } from './check-images.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { takeSnapshot } from './snapshot.ts'
import { choosePod } from './why/choose-pod.ts'
import { type Asked, explained, explainWorkload, reportOptions, verdict } from './why/explain.ts'

export interface WhyOptions {
  connection: ConnectionFlags
  /** POD, NAMESPACE/POD, or TYPE/NAME; left out: one of the failing pods. */
  name?: string
  files: string[]
  recursive: boolean
  /** Ask registries for the pod's images. */
  checkImages?: ImageCheckFlags
  format: DataFormat
}

/** Explains one pod, healthy or not, or the failing pods of a workload. @throws UsageError where there is none of that name; UnreachableError */
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

/** Loads what asks registries only where they are asked. */
async function startChecking(flags: ImageCheckFlags, context: CommandContext): Promise<ImageChecking> {
  const { ImageChecking } = await import('./check-images.ts')
  return new ImageChecking(flags, context)
}

async function explainOne(
  snapshot: Snapshot,
  { options, checking, name }: Asked & { name: string },
  context: CommandContext,
): Promise<ExitName> {
  const [pod, ...others] = snapshot.pods.filter(found => found.name === name)
  if (pod === undefined) return unread(snapshot, context)
  if (others.length > 0) {
    const places = [pod, ...others].map(found => `${found.namespace}/${found.name}`).join(', ')
    throw new UsageError(`More than one pod is called "${name}": say which of ${places}.`)
  }
  const why = await explained(pod, snapshot, checking)
  await context.out.write(renderWhy(why, reportOptions(options, context)))
  return verdict([why], why.gaps)
}

/** The pod exists or may exist, but it can't be read. */
async function unread({ gaps }: Snapshot, { err }: CommandContext): Promise<ExitName> {
  await err.write(renderGaps(gaps, err))
  return 'incomplete'
}
