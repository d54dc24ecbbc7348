/** Takes a command's snapshot, of a live cluster or of a dump. Both give the same facts for the same state. */

import { UsageError } from '../errors.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { parseLabelSelector } from '../source/label-selector.ts'
import type { ClusterOptions } from '../source/live/read-cluster.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

export interface SnapshotOptions {
  connection: ConnectionFlags
  allNamespaces: boolean
  selector?: string
  files: string[]
  recursive: boolean
  /** One pod by name, healthy or not. */
  pod?: string
  /** Called with each pull secret of a live cluster as it is read. */
  onPullSecret?: ClusterOptions['onPullSecret']
}

/** Reads what the flags name. `meanwhile` is called repeatedly once a cluster has begun to answer. @throws UsageError, UnreachableError */
export async function takeSnapshot(
  options: SnapshotOptions,
  context: CommandContext,
  meanwhile: () => void = () => {},
): Promise<Snapshot> {
  if (options.recursive && options.files.length === 0) {
    throw new UsageError('-R goes with -f: name the folder to read, as in `-f dumps -R`.')
  }
  // Checked here so that a malformed selector gives the same error for a cluster and a dump.
  if (options.selector !== undefined) parseLabelSelector(options.selector)
  return options.files.length > 0
    ? snapshotOfDump(options, context)
    : snapshotOfCluster(options, context, meanwhile)
}

async function snapshotOfDump(options: SnapshotOptions, context: CommandContext): Promise<Snapshot> {
  const { readDump } = await import('../source/dump.ts')
  const { namespace } = options.connection
  const snapshot = await readDump({
    files: options.files,
    recursive: options.recursive,
    stdin: context.stdin,
    cwd: context.cwd,
    scope: {
      namespaces: options.allNamespaces || namespace === undefined ? null : [namespace],
      ...narrowing(options),
    },
    now: context.now().toISOString(),
    signal: context.signal,
  })
  const { renderSourceNotes } = await import('../report/views/gaps.ts')
  await context.err.write(renderSourceNotes(snapshot.source))
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
    readCluster(
      cluster,
      { namespaces: options.allNamespaces ? null : [cluster.namespace], ...narrowing(options) },
      {
        takenAt: context.now().toISOString(),
        onProgress: ({ pods, suspects }) => {
          progress.update(`Reading pods: ${pods} seen, ${suspects} to look at`)
          meanwhile()
        },
        signal: context.signal,
        ...(onPullSecret === undefined ? {} : { onPullSecret }),
      },
    ).finally(() => progress.stop()),
  )
}

function narrowing({ selector, pod }: SnapshotOptions): { labelSelector?: string; pod?: string } {
  return {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(pod === undefined ? {} : { pod }),
  }
}
