/** Whether the pods that a fix was made for are back, judged by what their workload wants now. */

import type { Rollout } from './judge.ts'

export interface Recovered {
  /** How many pods are expected back, at most what the workload wants now. */
  wanted: number
  recovered: number
  /** Whether all of them are back: they have their images, and no pod of the workload waits for one. */
  back: boolean
}

/**
 * Counts the targeted pods that are back.
 * @param aimed how many pods of the workload could not pull when the fix was planned
 * @param slowInit whether a pod whose init container keeps running counts as back: it has that image and requested no other
 */
export function recoveryOf(rollout: Rollout, aimed: number, slowInit = false): Recovered {
  const { over, current, missing, observed } = rollout
  if (over?.code === 'completed' || over?.code === 'cleaned-up')
    return { wanted: aimed, recovered: aimed, back: true }
  // A workload that wants no pods any more is not waited for.
  if (over?.code === 'none-wanted') return { wanted: 0, recovered: 0, back: true }
  if (over) return { wanted: aimed, recovered: 0, back: false }
  const wanted = Math.min(aimed, Math.max(rollout.wanted, current.length))
  const there = current.filter(
    ({ stage }) => stage === 'pulled' || (slowInit && stage === 'initializing'),
  ).length
  const lacking = missing + current.length - there
  const back = observed && lacking === 0 && there >= wanted && !outgoingWait(rollout)
  if (back) return { wanted, recovered: wanted, back }
  return { wanted, recovered: Math.max(0, Math.min(there, wanted - lacking, wanted - 1)), back }
}

/** Whether stuck pods of older revisions still have to be replaced. A rollout that stands still never gets to them. */
function outgoingWait({ outgoing, standstill }: Rollout): boolean {
  return standstill === null && outgoing.some(({ stage }) => stage === 'stuck')
}
