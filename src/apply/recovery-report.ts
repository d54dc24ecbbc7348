/** What is reported about a workload once the wait is over. */

import type { Holdup, Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import type { Recovery, RecoveryPod } from './outcome.ts'
import type { RecoveryTarget } from './recovery-target.ts'

interface Counts {
  wanted: number
  recovered: number
  back: boolean
  aimed: number
  made: boolean
}

/** @param seen how it stands, or why it may not be looked at; null where nothing answered */
export function recoveryReport(
  { subject, patched }: RecoveryTarget,
  seen: Rollout | string | null,
  counts: Counts,
): Recovery {
  const rollout = typeof seen === 'string' ? null : seen
  const { namespace, kind, name } = subject
  const { wanted, recovered, back, aimed, made } = counts
  const waiting = rollout?.current.filter(({ stage }) => stage !== 'pulled') ?? []
  const crashing =
    rollout?.current.filter(({ stage, trouble }) => stage === 'pulled' && trouble !== null) ?? []
  const paused = patched && rollout?.standstill === 'paused'
  return {
    namespace,
    workload: { kind, name },
    aimed,
    wanted,
    recovered,
    waiting: back
      ? waiting.filter(({ stage }) => stage === 'initializing').map(recoveryPodOf)
      : waiting.map(recoveryPodOf),
    crashing: crashing.map(recoveryPodOf),
    over: rollout?.over ?? null,
    missing:
      typeof seen === 'string'
        ? { code: 'unread', message: seen }
        : back || !made
          ? null
          : missingIn(rollout, paused),
  }
}

function recoveryPodOf({ name, stage, trouble }: JudgedPod): RecoveryPod {
  const { reason = '', message = '' } = trouble ?? {}
  return { name, state: stage === 'pulled' ? 'running' : stage, reason, message }
}

function missingIn(rollout: Rollout | null, paused: boolean): Recovery['missing'] {
  if (rollout === null || rollout.over !== null) return null
  if (paused) return { code: 'paused' }
  const found = rollout.holdups.find(isOfNoPod)
  if (found === undefined) return null
  if (found.code !== 'not-ended') return found.code === 'refused' ? found : { code: found.code }
  const { pod, until, finalizers } = found
  return { code: 'not-ended', pod, until, finalizers }
}

type OfNoPod = Exclude<Holdup, { pod: JudgedPod }>

function isOfNoPod(holdup: Holdup): holdup is OfNoPod {
  return ['unobserved', 'refused', 'not-ended', 'not-made'].includes(holdup.code)
}
