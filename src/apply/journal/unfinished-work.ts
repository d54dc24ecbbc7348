/** What a new run has to know of earlier ones: unfinished changes, bare pods that were not created again, and Secrets that pullguard created. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { InterruptedPod, MadeSecret } from '../../snapshot/fix-scope.ts'
import { isDone } from '../outcome.ts'
import { outcomeOf } from '../refusal.ts'
import { Journal } from './journal.ts'
import { isUndone, mayHaveWritten, type Run } from './run.ts'

/** Bare pods that runs against this cluster deleted and did not create again, as far as the journals know. */
export function interruptedPods(runs: Run[], clusterUid: string): InterruptedPod[] {
  const settled = new Set<string>()
  const found: InterruptedPod[] = []
  for (const run of runs.filter(({ cluster }) => cluster.uid === clusterUid)) {
    for (const { change, outcome } of run.entries) {
      if (change.action !== 'recreate-bare-pod' && change.action !== 'restore-bare-pod') continue
      const { namespace, name } = change.target
      const key = `${namespace}/${name}`
      if (settled.has(key)) continue
      // Runs are newest first, and the newest entry of a pod counts.
      settled.add(key)
      const origin = change.action === 'restore-bare-pod' ? change.run : run.run
      const uid = change.action === 'restore-bare-pod' ? (change.ending?.uid ?? null) : change.target.uid
      if (outcome === null || outcome.status === 'failed') found.push({ run: origin, namespace, name, uid })
    }
  }
  return found
}

/**
 * Records that a pod which the journals call missing exists: a run may have been killed after it created the pod and before it recorded that.
 * Without the record the pod would be created again whenever somebody deletes it.
 * @param uid the pod's uid now; equal to the old pod's uid, the pod was never deleted
 */
export async function recordPodBack(
  folder: string,
  runs: Run[],
  { namespace, name, uid: deleted }: InterruptedPod,
  uid: string,
): Promise<void> {
  for (const { run, entries } of runs) {
    const entry = entries.find(
      ({ change: { action, target } }) =>
        (action === 'recreate-bare-pod' || action === 'restore-bare-pod') &&
        target.namespace === namespace &&
        target.name === name,
    )
    if (entry === undefined) continue
    const journal = new Journal(folder, run, null)
    try {
      await journal.outcome(outcomeOf(entry.change, uid === deleted ? 'unchanged' : 'applied'))
    } finally {
      await journal.close()
    }
    return
  }
}

/** The manifest of a bare pod that the run deleted; null where the journal lacks it. */
export function journaledPod(
  runs: Run[],
  run: string,
  namespace: string,
  name: string,
): KubernetesObject | null {
  const entry = runs
    .find(one => one.run === run)
    ?.entries.find(({ change: { target } }) => target.namespace === namespace && target.name === name)
  return entry?.object ?? null
}

/** The Secrets that runs against this cluster created, as far as the journals know. `uid` is null where a run ended before it recorded one. */
export function madeSecrets(runs: Run[], clusterUid: string): MadeSecret[] {
  return runs
    .filter(({ cluster }) => cluster.uid === clusterUid)
    .flatMap(({ run, entries }) =>
      entries
        .filter(({ change }) => change.action === 'create-secret')
        .filter(mayHaveWritten)
        .map(({ change: { target }, outcome }) => ({
          run,
          namespace: target.namespace,
          name: target.name,
          uid: outcome?.uid ?? null,
        })),
    )
}

/**
 * Registries whose login the newest run was distributing when it ended early: it was killed, or changes failed. Its pods may be running by now,
 * so that no finding calls for the rest. Empty if the run finished or was undone since.
 * @param runs newest first
 * @param now the next fix's scope: it continues the last one only inside that one's scope
 */
export function unfinishedRegistries(runs: Run[], now: Scope): string[] {
  return unfinishedRun(runs, now)?.plan?.registries ?? []
}

interface Scope {
  secretName: string
  namespaces: string[] | null
  /** As in the header of a run. */
  only?: string
}

/** The newest run, if it ended early and the next fix continues it; else null. */
export function unfinishedRun([newest]: Run[], now: Scope): Run | null {
  if (newest?.plan?.secretName !== now.secretName || !covers(newest, now)) return null
  if (isUndone(newest) || newest.entries.some(({ undoing, undone }) => undoing || undone)) return null
  const made = newest.entries.filter(({ outcome }) => outcome !== null && isDone(outcome)).length
  return made < newest.plan.changes ? newest : null
}

/** A fix of some workloads continues only one of the same: undoing it must not undo what was written for others. */
function covers(earlier: Pick<Run, 'namespaces' | 'only'>, now: Scope): boolean {
  const { namespaces } = earlier
  return (
    earlier.only === now.only &&
    (namespaces === null || (now.namespaces?.every(name => namespaces.includes(name)) ?? false))
  )
}
