/** Whether the pods that a fix was made for are back, judged by what their workload wants by now. */

import type { Rollout } from './judge.ts'

export interface Recovered {
  /** Pods that were to come back, no more than the workload wants by now. */
  wanted: number
  recovered: number
  /** All of them are back: every image is there, and no pod of the workload waits for one. */
  back: boolean
}

/**
 * What became of the targeted pods.
 * @param aimed how many pods of it could not pull when the fix was planned
 * @param slowInit an init container that works on and on counts as back: its own image is there, and no other was asked for
 */
export function recoveryOf(rollout: Rollout, aimed: number, slowInit = false): Recovered {
  const { over, current, missing, observed } = rollout
  if (over?.code === 'completed' || over?.code === 'cleaned-up')
    return { wanted: aimed, recovered: aimed, back: true }
  // Nobody waits for pods that nobody wants any more.
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

/** Old pods without an image go when the rollout gets to them, unless it stands still. */
function outgoingWait({ outgoing, standstill }: Rollout): boolean {
  return standstill === null && outgoing.some(({ stage }) => stage === 'stuck')
}
