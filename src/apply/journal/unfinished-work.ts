/** What earlier runs left that a new one has to know: changes that are still to be made, bare pods that are still owed, Secrets that are its own. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { InterruptedPod, MadeSecret } from '../../snapshot/fix-scope.ts'
import { isDone } from '../outcome.ts'
import { outcomeOf } from '../refusal.ts'
import { Journal } from './journal.ts'
import { isUndone, mayHaveWritten, type Run } from './run.ts'

/** Bare pods that a run of this cluster deleted and did not put back, as far as the journals know. */
export function interruptedPods(runs: Run[], clusterUid: string): InterruptedPod[] {
  const settled = new Set<string>()
  const found: InterruptedPod[] = []
  for (const run of runs.filter(({ cluster }) => cluster.uid === clusterUid)) {
    for (const { change, outcome } of run.entries) {
      if (change.action !== 'recreate-bare-pod' && change.action !== 'restore-bare-pod') continue
      const { namespace, name } = change.target
      const key = `${namespace}/${name}`
      if (settled.has(key)) continue
      // The newest word on a pod counts: an older run's loose end was tied up by it.
      settled.add(key)
      const origin = change.action === 'restore-bare-pod' ? change.run : run.run
      const uid = change.action === 'restore-bare-pod' ? (change.ending?.uid ?? null) : change.target.uid
      if (outcome === null || outcome.status === 'failed') found.push({ run: origin, namespace, name, uid })
    }
  }
  return found
}

/**
 * Notes that a pod which the journals call owed was seen: killed at the right moment, a run has put it back and could not say so. Without the
 * note the pod would be made again whenever somebody deletes it.
 * @param uid that the pod has now; with the one that was to be deleted, it never was
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

/** The manifest of a bare pod that the run took away. */
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

/** The Secrets that runs of this cluster made, as far as the journals know: a null uid where a run ended before it knew whether it did. */
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
 * Registries whose login the newest run was handing out when it ended early: killed, or with changes that were not made. Pods may be well
 * again by then, so that no finding calls for the rest. None if it finished or has been undone since.
 * @param runs newest first
 * @param now what the next fix is about: only inside of what the last one was about is there anything to go on with
 */
export function unfinishedRegistries(runs: Run[], now: Scope): string[] {
  return unfinishedRun(runs, now)?.plan?.registries ?? []
}

interface Scope {
  secretName: string
  namespaces: string[] | null
}

/** The newest run, where it ended early and the next fix goes on with it. */
export function unfinishedRun([newest]: Run[], now: Scope): Run | null {
  if (newest?.plan?.secretName !== now.secretName || !covers(newest.namespaces, now.namespaces)) return null
  if (isUndone(newest) || newest.entries.some(({ undoing, undone }) => undoing || undone)) return null
  const made = newest.entries.filter(({ outcome }) => outcome !== null && isDone(outcome)).length
  return made < newest.plan.changes ? newest : null
}

/** null: every namespace. */
function covers(earlier: string[] | null, now: string[] | null): boolean {
  return earlier === null || (now?.every(name => earlier.includes(name)) ?? false)
}
