/** Finds out from the journals whether the last fix of this cluster was left half-done, so that the next one goes on with it. */

import { isTakenBack, type Run } from '../../apply/journal/run.ts'
import { isDone } from '../../apply/outcome.ts'

/**
 * Registries whose login the newest run was handing out when it ended early: killed, or with changes that were not made. Pods may be well
 * again by then, so that no finding calls for the rest. None where it got to its end, or has been taken back since.
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
  if (isTakenBack(newest) || newest.entries.some(({ undoing, undone }) => undoing || undone)) return null
  const made = newest.entries.filter(({ outcome }) => outcome !== null && isDone(outcome)).length
  return made < newest.plan.changes ? newest : null
}

/** null: every namespace. */
function covers(earlier: string[] | null, now: string[] | null): boolean {
  return earlier === null || (now?.every(name => earlier.includes(name)) ?? false)
}
