/** Groups the failures of a workload's pods by container and cause, and decides how long to wait for each. */

import type { Cause, Finding } from '../diagnosis/finding.ts'
import { patienceFor } from '../diagnosis/recovery-prospects.ts'
import type { Failure, Trouble } from './subject-state.ts'

/** In milliseconds, by cause; 0 means not to wait. */
export type PatienceChoices = Partial<Record<Cause, number>>

interface TroubleContext {
  /** Troubles at the previous look: a replacement pod does not restart the patience of a trouble. */
  before: Trouble[]
  /** How many pods of the newest revision there are, and how many of them have their images. */
  pods: number
  well: number
  now: number
  patience: PatienceChoices
}

const NEVER = Number.MAX_SAFE_INTEGER

/** Returns the troubles, sorted by when their patience ends. */
export function troublesOf(failures: Failure[], context: TroubleContext): Trouble[] {
  const alike = Map.groupBy(failures, ({ finding }) => troubleKey(finding))
  return [...alike]
    .map(([key, same]) =>
      troubleOf(
        same,
        context.before.find(({ finding }) => troubleKey(finding) === key),
        context,
      ),
    )
    .sort((one, other) => (one.until ?? NEVER) - (other.until ?? NEVER))
}

/** Whether the patience for it has ended. */
export function isGivenUp({ until }: Trouble, now: number): boolean {
  return until !== null && now >= until
}

/** Whether two findings of one workload belong to the same trouble. */
export function isAlike(one: Finding, other: Finding): boolean {
  return troubleKey(one) === troubleKey(other)
}

/** Identifies a trouble of a workload by one of its findings. */
export function troubleKey({ cause, subcause, container, containerKind, image }: Finding): string {
  return JSON.stringify([cause, subcause, containerKind, container, image])
}

function troubleOf(same: Failure[], before: Trouble | undefined, context: TroubleContext): Trouble {
  const [newest] = same.toSorted((one, other) => other.since - one.since) as [Failure, ...Failure[]]
  const since = Math.min(before?.since ?? Number.POSITIVE_INFINITY, ...same.map(failure => failure.since))
  const attempts = Math.max(before?.attempts ?? 0, ...same.map(failure => failure.attempts))
  return {
    finding: newest.finding,
    pods: [...new Set(same.map(({ finding }) => finding.pod))].sort(),
    well: context.well,
    nodes: [...new Set(same.flatMap(({ finding }) => finding.node ?? []))].sort(),
    since,
    attempts,
    isChosen: context.patience[newest.finding.cause] !== undefined,
    until: endOf({ finding: newest.finding, since, attempts }, context),
  }
}

function endOf(
  { finding, since, attempts }: Pick<Trouble, 'finding' | 'since' | 'attempts'>,
  { patience, now }: TroubleContext,
): number | null {
  const chosen = patience[finding.cause]
  if (chosen !== undefined) return since + chosen
  const usual = patienceFor(finding)
  if (usual.milliseconds === null) return null
  const until = since + usual.milliseconds
  // Without events there is no count of attempts, and only time decides: the kubelet's first pauses are 10 s and 20 s.
  return attempts > 0 && attempts < usual.attempts ? Math.max(until, now + 1) : until
}
