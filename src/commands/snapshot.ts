/** Takes a command's snapshot of a live cluster or of a dump. Both produce the same facts for the same state. */

import { readingText } from '../report/views/progress.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { parseLabelSelector } from '../source/label-selector.ts'
import type { ClusterOptions } from '../source/live/read-cluster.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'
import { checkRecursive, scopeOf } from './shared-flags.ts'

export interface SnapshotOptions {
  connection: ConnectionFlags
  allNamespaces: boolean
  /** All namespaces of -n, if several; with one or none, the connection's namespace is used. */
  namespaces?: readonly string[]
  excludedNamespaces?: readonly string[]
  /** POD, NAMESPACE/POD, or TYPE/NAME; empty: all pods of the namespaces. */
  names?: readonly string[]
  /** Keep pods given by name in the snapshot, even if healthy. */
  keepNamedPods?: boolean
  selector?: string
  files: string[]
  recursive: boolean
  /** One pod by name, healthy or not. */
  pod?: string
  /** Called with each pull secret of a live cluster as it is read. */
  onPullSecret?: ClusterOptions['onPullSecret']
}

/** Reads what the flags select. Calls `meanwhile` repeatedly after a cluster has begun to answer. @throws UsageError, UnreachableError */
export async function takeSnapshot(
  options: SnapshotOptions,
  context: CommandContext,
  meanwhile: () => void = () => {},
): Promise<Snapshot> {
  checkRecursive(options, 'dumps')
  // Checked here so that a malformed selector gives the same error for a cluster and a dump.
  if (options.selector !== undefined) parseLabelSelector(options.selector)
  return options.files.length > 0
    ? snapshotOfDump(options, context)
    : snapshotOfCluster(options, context, meanwhile)
}

async function snapshotOfDump(options: SnapshotOptions, context: CommandContext): Promise<Snapshot> {
  const { readDump } = await import('../source/dump.ts')
  const snapshot = await readDump({
    files: options.files,
    recursive: options.recursive,
    stdin: context.stdin,
    cwd: context.cwd,
    scope: scopeOf(options, null),
    now: context.now().toISOString(),
    signal: context.signal,
  })
  const { renderSourceNotes } = await import('../report/views/gaps.ts')
  await context.err.write(renderSourceNotes(snapshot.source, context.err.width))
  return snapshot
}

async function snapshotOfCluster(
  options: SnapshotOptions,
  context: CommandContext,
  meanwhile: () => void,
): Promise<Snapshot> {
  const { readCluster } = await import('../source/live/read-cluster.ts')
  const progress = await context.progress()
  const { onPullSecret } = options
  return withCluster(context.connect(options.connection), context, cluster =>
    readCluster(cluster, scopeOf(options, [cluster.namespace]), {
      takenAt: context.now().toISOString(),
      onProgress: news => {
        progress.update(readingText(news))
        meanwhile()
      },
      signal: context.signal,
      ...(onPullSecret === undefined ? {} : { onPullSecret }),
    }).finally(() => progress.stop()),
  )
}
