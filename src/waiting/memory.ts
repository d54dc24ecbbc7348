/** Keeps the cause of a failed pull when the kubelet's next message no longer contains it. */

import type { Failure, SubjectState } from './subject-state.ts'

export type Memory = SubjectState['memory']

const keyOf = ({ podUid, finding: { container, containerKind, image } }: Failure): string =>
  [podUid, containerKind, container, image].join(' ')

/**
 * The failures of this moment, each with the last real cause of its container, and with the earliest start and the most attempts that
 * were ever seen of it.
 */
export function recalled(failures: Failure[], memory: Memory): Failure[] {
  return failures.map(failure => {
    const before = memory.get(keyOf(failure))
    if (before === undefined) return failure
    const isSilent = failure.finding.cause === 'other' && before.finding.cause !== 'other'
    const isSame = isSilent || failure.finding.cause === before.finding.cause
    return {
      ...failure,
      finding: isSilent ? { ...before.finding, check: failure.finding.check } : failure.finding,
      since: isSame ? Math.min(failure.since, before.since) : failure.since,
      attempts: Math.max(failure.attempts, isSame ? before.attempts : 0),
    }
  })
}

/** With these failures in it, and without those of pods that are gone. */
export function remembering(failures: Failure[], memory: Memory, podUids: ReadonlySet<string>): Memory {
  const kept = [...memory].filter(([, { podUid }]) => podUids.has(podUid))
  return new Map([...kept, ...failures.map(failure => [keyOf(failure), failure] as const)])
}
