/** A run as recorded in its journal: the intended changes, their outcomes, what an undo has reverted since, and what the next run needs. */

import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import type { Change } from '../../plan/change.ts'
import type { InterruptedPod, MadeSecret } from '../../snapshot/fix-objects.ts'
import type { ChangeOutcome } from '../outcome.ts'
import { isDone } from '../server-view.ts'
import type { JournalLine, RunHeader } from './journal-line.ts'

/** A change that a run intended. `outcome` is null if the run ended before it recorded one. */
export interface RunEntry {
  change: Change
  object: KubernetesObject | null
  outcome: ChangeOutcome | null
  /** An undo has started to revert it. */
  undoing: boolean
  undone: boolean
  /** The object's resourceVersion after the undo; null if the object is gone or the version is unknown. */
  undoneAt: string | null
  /** The name of its run. */
  run: string
}

export interface Run extends Omit<RunHeader, 'type'> {
  /** The last intent of each change, in the journal's order. */
  entries: RunEntry[]
  /** An undo found nothing left to revert. */
  nothingLeft: boolean
}

/** The run after all that its journal records. A line about a change without an intent is skipped. */
export function replayed({ type: _, ...run }: RunHeader, lines: readonly JournalLine[]): Run {
  const entries = new Map<string, RunEntry>()
  const update = (id: string, fields: Partial<RunEntry>) => {
    const entry = entries.get(id)
    if (entry !== undefined) Object.assign(entry, fields)
  }
  let nothingLeft = false
  for (const line of lines) {
    switch (line.type) {
      case 'intent': {
        const { change, object = null } = line
        const fresh = { outcome: null, undoing: false, undone: false, undoneAt: null }
        entries.set(change.id, { change, object, ...fresh, run: run.run })
        break
      }
      case 'outcome':
        update(line.outcome.id, { outcome: line.outcome })
        break
      case 'undo-intent':
        update(line.id, { undoing: true })
        break
      case 'undone':
        update(line.id, { undone: true, undoneAt: line.resourceVersion ?? null })
        break
      case 'over':
        nothingLeft = true
    }
  }
  return { ...run, entries: [...entries.values()], nothingLeft }
}

/** Whether the run may have written objects other than pods. */
export function wroteMoreThanPods({ entries }: Run): boolean {
  return entries.some(wroteMoreThanPod)
}

function wroteMoreThanPod(entry: RunEntry): boolean {
  return mayHaveWritten(entry) && entry.change.target.kind !== 'Pod'
}

/** Whether nothing of the run is left to undo. Recreated pods can't be restored, so they don't count. */
export function isUndone({ entries, nothingLeft }: Run): boolean {
  return nothingLeft || !entries.some(entry => wroteMoreThanPod(entry) && !entry.undone)
}

/** Whether the change was written or its outcome is unknown. */
export function mayHaveWritten({ outcome }: RunEntry): boolean {
  return outcome === null || outcome.status === 'applied' || outcome.status === 'failed'
}

/** Bare pods that runs against this cluster deleted and did not create again, as far as the journals know. */
export function interruptedPods(runs: Run[], clusterUid: string): InterruptedPod[] {
  const ofCluster = runs.filter(({ cluster }) => cluster.uid === clusterUid)
  const attempts = ofCluster.flatMap(({ entries }) => entries.flatMap(attemptOn))
  const byPod = Map.groupBy(attempts, ({ pod: { namespace, name } }) => `${namespace}/${name}`)
  // Runs are newest first, and the newest entry of a pod counts.
  return [...byPod.values()].flatMap(([newest]) => (newest?.isOpen ? newest.pod : []))
}

/** An attempt to recreate a bare pod; none for any other change. The pod's run is the one that deleted it. */
function attemptOn({ change, outcome, run }: RunEntry): { pod: InterruptedPod; isOpen: boolean }[] {
  if (change.action !== 'recreate-bare-pod' && change.action !== 'restore-bare-pod') return []
  const { namespace, name, uid } = change.target
  const isOpen = outcome === null || outcome.status === 'failed'
  return change.action === 'restore-bare-pod'
    ? [{ pod: { run: change.run, namespace, name, uid: change.ending?.uid ?? null }, isOpen }]
    : [{ pod: { run, namespace, name, uid }, isOpen }]
}

/** The manifest of a bare pod that the run deleted; null if the journal lacks it. */
export function journaledPod(
  runs: readonly Run[],
  run: string,
  namespace: string,
  name: string,
): KubernetesObject | null {
  const entry = runs
    .find(one => one.run === run)
    ?.entries.find(({ change: { target } }) => target.namespace === namespace && target.name === name)
  return entry?.object ?? null
}

/**
 * The Secrets that runs against this cluster created, as far as the journals know, also those of a user who knew only its address.
 * `uid` is null if a run ended before it recorded one.
 */
export function madeSecrets(runs: Run[], clusterUid: string): MadeSecret[] {
  return runs
    .filter(({ cluster }) => cluster.uid === clusterUid || cluster.uid === cluster.server)
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
 * Registries whose login the newest run was distributing when it ended early: it was killed, or changes failed. Its pods may be running by
 * now, so findings alone would miss the remaining work. Empty if the run finished or was undone since.
 * @param runs newest first
 * @param now the next fix, which continues the last run only within that run's scope
 */
export function unfinishedRegistries(runs: Run[], now: NextFix): string[] {
  return unfinishedRun(runs, now)?.plan?.registries ?? []
}

interface NextFix {
  secretName: string
  namespaces: string[] | null
  /** As in the header of a run. */
  only?: string
}

/** The newest run, if it ended early and the next fix continues it; else null. */
export function unfinishedRun([newest]: Run[], now: NextFix): Run | null {
  if (newest?.plan?.secretName !== now.secretName || !continues(now, newest)) return null
  if (isUndone(newest) || newest.entries.some(({ undoing, undone }) => undoing || undone)) return null
  const made = newest.entries.filter(({ outcome }) => outcome !== null && isDone(outcome)).length
  return made < newest.plan.changes ? newest : null
}

/** A fix of some workloads continues only a fix of the same workloads: undoing it must not undo what was written for others. */
function continues(now: NextFix, earlier: Pick<Run, 'namespaces' | 'only'>): boolean {
  const { namespaces } = earlier
  return (
    earlier.only === now.only &&
    (namespaces === null || (now.namespaces?.every(name => namespaces.includes(name)) ?? false))
  )
}
