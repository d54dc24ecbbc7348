/** What a workload waits for at this moment, the most informative first, and the old pod that blocks the rollout of a StatefulSet. */

import type { Holdup, Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import { ordinalOf } from '../rollout/wanted.ts'
import type { RolloutWorkload } from '../snapshot/rollout.ts'
import type { Obstacle, SubjectState, WaitCode } from './subject-state.ts'

type Found = Pick<SubjectState, 'obstacle'> & { code: WaitCode }

/** These explain more than a crash of another pod. */
const DECISIVE = ['refused', 'stuck', 'unscheduled'] as const

/** @param pods of the newest revision that are waited for */
export function holdupOf(
  { observed, holdups, outgoing, missing }: Rollout,
  pods: JudgedPod[],
  { troubles, pulling }: Pick<SubjectState, 'troubles' | 'pulling'>,
): Found {
  if (!observed) return plain('unobserved')
  if (troubles.length > 0) return plain('pull')
  const names = new Set(pods.map(({ uid }) => uid))
  const own = holdups.filter(
    holdup => !('pod' in holdup) || typeof holdup.pod === 'string' || names.has(holdup.pod.uid),
  )
  const crash = pods.find(({ stage, trouble }) => stage === 'pulled' && trouble !== null)
  const first = ORDER.flatMap(code => own.find(holdup => holdup.code === code) ?? [])[0]
  if (first !== undefined && DECISIVE.some(code => code === first.code)) return found(first)
  if (crash !== undefined) return { code: 'crashing', obstacle: troubleOf(crash) }
  if (pulling.length > 0) return plain('pulling')
  if (first !== undefined) return found(first)
  const [unready] = pods
    .filter(({ ready }) => !ready)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  if (unready !== undefined) return { code: 'not-ready', obstacle: troubleOf(unready) }
  if (missing > 0) return plain('not-made')
  return plain(outgoing.length > 0 ? 'old-pods' : 'controller')
}

/** The first explains most. */
const ORDER = [
  ...DECISIVE,
  'initializing',
  'starting',
  'not-ended',
  'not-made',
  'unobserved',
] as const satisfies Holdup['code'][]

function found(holdup: Holdup): Found {
  switch (holdup.code) {
    case 'refused':
      return {
        code: 'refused',
        obstacle: { pod: null, container: null, reason: '', message: holdup.message },
      }
    case 'not-ended':
      return { code: 'not-ended', obstacle: { pod: holdup.pod, container: null, reason: '', message: '' } }
    case 'not-made':
    case 'unobserved':
      return plain(holdup.code)
    case 'stuck':
      return { code: 'pull', obstacle: troubleOf(holdup.pod) }
    default:
      return { code: holdup.code, obstacle: troubleOf(holdup.pod) }
  }
}

const plain = (code: WaitCode): Found => ({ code, obstacle: null })

function troubleOf({ name, trouble }: JudgedPod): Obstacle {
  const { container = '', reason = '', message = '' } = trouble ?? {}
  return { pod: name, container: container || null, reason, message }
}

/**
 * The pod of an older revision that can't become ready, and that the controller waits for instead of replacing it, as with ordered startup no
 * pod is replaced before every earlier one is ready; null if there is none.
 * Kubernetes documents this under "Forced rollback": the pod has to be deleted by hand.
 */
export function blockerOf(
  { current, outgoing }: Pick<Rollout, 'current' | 'outgoing'>,
  { ordered, firstOrdinal, replicas }: RolloutWorkload,
): JudgedPod | null {
  if (!ordered) return null
  const place = (pod: JudgedPod) => ordinalOf(pod) ?? Number.POSITIVE_INFINITY
  const [first] = [...current, ...outgoing]
    .filter(pod => !pod.ready && place(pod) < firstOrdinal + replicas)
    .toSorted((one, other) => place(one) - place(other))
  return first !== undefined && first.trouble !== null && outgoing.includes(first) ? first : null
}
