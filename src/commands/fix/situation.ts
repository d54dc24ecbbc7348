/** What a fix starts from: what is wrong in the scope now, and what earlier runs of this machine left there. */

import { listRuns } from '../../apply/journal/list-runs.ts'
import type { Run } from '../../apply/journal/run.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Diagnosis } from '../../diagnosis/finding.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import { sanitizeLine } from '../../report/sanitize.ts'
import { unknownExclusionText } from '../../report/views/questions.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { missingNamespaces } from '../../source/live/namespaces.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import type { FixSession } from './session.ts'

export interface Situation {
  snapshot: Snapshot
  diagnosis: Diagnosis
  /** The controllers above the failing pods, by uid. */
  owners: ReadonlyMap<string, ControllerObject>
  /** Earlier runs against this cluster, newest first. */
  runs: Run[]
}

/** Reads the cluster and this machine's journals of it. @throws UsageError, UnreachableError, ApiError */
export async function readSituation(session: FixSession): Promise<Situation> {
  await warnOfUnknownExclusions(session)
  const seen = await lookAtCluster(session)
  return { ...seen, runs: await earlierRuns(session) }
}

/** A namespace that --exclude-namespace misspells would be written to: it is named on standard error, before the plan. */
async function warnOfUnknownExclusions({ options, context, cluster }: FixSession): Promise<void> {
  for (const name of await missingNamespaces(cluster, options.excludedNamespaces, context.signal)) {
    await context.err.write(unknownExclusionText(name))
  }
}

/** Namespaces that are left out are left out of sight. */
async function lookAtCluster(session: FixSession): Promise<Omit<Situation, 'runs'>> {
  const { options, context, cluster } = session
  const progress = await context.progress()
  const owners = new Map<string, ControllerObject>()
  try {
    const whole = await readCluster(cluster, namespacesOf(session), {
      takenAt: context.now().toISOString(),
      onProgress: ({ pods, suspects }) =>
        progress.update(`Reading pods: ${pods} seen, ${suspects} to look at`),
      onOwner: object => owners.set(object.metadata.uid, object),
      signal: context.signal,
    })
    const pods = whole.pods.filter(({ namespace }) => !options.excludedNamespaces.includes(namespace))
    const snapshot = { ...whole, pods }
    return { snapshot, diagnosis: diagnose(snapshot), owners }
  } finally {
    progress.stop()
  }
}

/** Warns on standard error of lines that are damaged. */
async function earlierRuns({ journals, cluster, context }: FixSession): Promise<Run[]> {
  const damages: string[] = []
  const onDamage = (sentence: string) => void damages.push(sentence)
  const runs = await listRuns(journals, { server: cluster.server, onDamage })
  for (const sentence of damages) await context.err.write(`Warning: ${sanitizeLine(sentence)}\n`)
  return runs
}

/** null: every namespace. */
export function namespacesOf({ options, cluster }: FixSession): { namespaces: string[] | null } {
  return { namespaces: options.allNamespaces ? null : [cluster.namespace] }
}
