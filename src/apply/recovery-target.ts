/** The workloads whose pods a plan wants back, and what is reported about each once the wait is over. */

import type { Change } from '../plan/change.ts'
import type { Holdup, Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import type { RolloutKind, RolloutSubject } from '../snapshot/rollout.ts'
import type { Recovery, RecoveryPod } from './outcome.ts'

export interface RecoveryTarget {
  /** The workload to watch, or the pod itself where it has no controller. */
  subject: RolloutSubject
  /** Ids of the changes that bring the pods back, and how many pods each brings. */
  changes: { id: string; pods: number }[]
  /** Its template is patched, so the pods come back only with a rollout. */
  patched: boolean
}

/** Groups the changes that bring pods back by the workload that makes those pods; each workload once, in the plan's order. */
export function recoveryTargets(changes: Change[]): RecoveryTarget[] {
  const targets = new Map<string, RecoveryTarget>()
  for (const change of changes) {
    const found = recoveryTargetOf(change)
    if (!found) continue
    const { namespace, kind, name } = found.subject
    const key = `${namespace}/${kind}/${name}`
    const known = targets.get(key)
    known?.changes.push(...found.changes)
    if (known) known.patched ||= found.patched
    else targets.set(key, found)
  }
  return [...targets.values()]
}

function recoveryTargetOf(change: Change): RecoveryTarget | null {
  const { id, target } = change
  const { namespace, name, uid } = target
  switch (change.action) {
    case 'recreate-pod':
      return { subject: { ...subjectOf(change), namespace }, changes: [{ id, pods: 1 }], patched: false }
    case 'patch-template': {
      if (!change.rollsOut || change.pods.length === 0) return null
      const subject = { kind: target.kind as RolloutKind, namespace, name, uid }
      return { subject, changes: [{ id, pods: change.pods.length }], patched: true }
    }
    case 'recreate-bare-pod':
    case 'restore-bare-pod': {
      const subject = { kind: 'Pod' as const, namespace, name, uid: null }
      return { subject, changes: [{ id, pods: 1 }], patched: false }
    }
    default:
      return null
  }
}

/** A CronJob's pods come back with their Job, all others with the topmost controller. */
function subjectOf({
  controller,
  workload,
}: Extract<Change, { action: 'recreate-pod' }>): Pick<RolloutSubject, 'kind' | 'name' | 'uid'> {
  const { kind, name, uid } = workload.kind === 'CronJob' ? controller : workload
  return { kind: kind as RolloutKind, name, uid }
}

interface Counts {
  wanted: number
  recovered: number
  back: boolean
  aimed: number
  made: boolean
}

/** The report of one workload. @param seen the workload as last read, or the server's reason why it can't be read; null where nothing answered */
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
