/** The words of workloads whose pods should recover: how many did, and why the others did not. */

import type { FixResult, MissingPod, Recovery, RecoveryPod } from '../../apply/outcome.ts'
import type { OverCode } from '../../rollout/judge.ts'
import { allOf, formatNumber, pluralize, shortList } from './count.ts'

/** How many pods were to come back, and how many did. */
export function podCounts(recoveries: readonly Recovery[]): { wanted: number; recovered: number } {
  const sum = (of: (one: Recovery) => number) => recoveries.reduce((total, one) => total + of(one), 0)
  return { wanted: sum(one => one.wanted), recovered: sum(one => one.recovered) }
}

/** Not all of its pods are back. */
export function isIncomplete({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

const OVER: Record<OverCode, string> = {
  gone: 'it was deleted in the meantime',
  replaced: 'it was deleted in the meantime, and another one has its name',
  ending: 'it is being deleted',
  suspended: 'it is suspended, and creates no pods until it is resumed',
  failed: 'it has failed',
  completed: 'it has completed',
  'cleaned-up': 'it has finished and was cleaned up',
  'none-wanted': 'it no longer needs any pods',
}

const MISSING: { [Code in MissingPod['code']]: (missing: Extract<MissingPod, { code: Code }>) => string } = {
  unobserved: () => 'its controller has not acted on the change yet',
  paused: () => 'its rollout is paused, so no pod is created from the new template until it is resumed',
  refused: ({ message }) => `the server refuses its pods: ${message}`,
  unread: ({ message }) => `it can't be read, so it is unknown whether its pods are back: ${message}`,
  'not-ended': ({ pod, until, finalizers }) =>
    finalizers.length > 0
      ? `pod ${pod} is being deleted and has not terminated: finalizer ${shortList(finalizers, 3)} blocks it`
      : `pod ${pod} is being deleted and has not terminated: it may take until ${until}`,
  'not-made': () => 'its controller has not created the pod yet',
}

/** Why a workload will not recover, or why its pod is not created; empty where neither is known. */
export function workloadText({ over, missing, aimed, wanted }: Recovery): string {
  if (over !== null) return over.message === '' ? OVER[over.code] : `${OVER[over.code]} (${over.message})`
  // Each code's words take that code's reason; the compiler can't follow the code through the union.
  if (missing !== null) return MISSING[missing.code](missing as never)
  return wanted < aimed
    ? `it now wants ${pluralize(wanted, 'pod')}; ${formatNumber(aimed)} could not pull`
    : ''
}

const STATES: Record<RecoveryPod['state'], string> = {
  running: 'has its images, but does not work',
  starting: 'has not started yet',
  stuck: "can't pull",
  initializing: 'is still running an init container; its other images have not been pulled yet',
  unscheduled: 'does not fit on any node',
  failed: 'has failed',
}

/** `shop-1 can't pull (ErrImagePull: not found)`. */
export function podText({ name, state, reason, message }: RecoveryPod): string {
  const reasons = [reason, message].filter(part => part !== '').join(': ')
  return `${name} ${STATES[state]}${reasons === '' ? '' : ` (${reasons})`}`
}

/** Stuck pods that were not targeted, in one sentence; empty if there are none. */
export function leftSentence(left: number): string {
  return left === 0 ? '' : `${pluralize(left, 'pod')} still can't pull, for the reasons shown above.`
}

/**
 * Whether the pods are back, in one sentence; null if no pod was targeted. `left`: stuck ones that were not targeted, as far as is
 * known; `all`: nothing was left unchanged on purpose, and all changes were applied.
 */
export function podsSentence(recoveries: readonly Recovery[], left: number, all: boolean): string | null {
  if (recoveries.length === 0) return null
  const { wanted, recovered } = podCounts(recoveries)
  if (wanted === 0)
    return ['The pods that could not pull are no longer needed.', leftSentence(left)].join(' ').trim()
  if (recovered < wanted) return openSentence(wanted, recovered)
  const whole = all && left === 0
  const crashing = recoveries.reduce((sum, one) => sum + one.crashing.length, 0)
  const verb = (one: string, many: string) => (wanted === 1 ? one : many)
  const state =
    crashing === 0
      ? verb('is running now', 'are running now')
      : verb('has its images now', 'have their images now')
  const which = whole
    ? `${verb('The pod', `${allOf(wanted)} pods`)} that could not pull`
    : verb('The targeted pod', `${allOf(wanted)} targeted pods`)
  const back = `${which} ${state}`
  const rest = [
    ...(crashing === 0
      ? []
      : [`${pluralize(crashing, 'pod')} ${crashing === 1 ? 'does' : 'do'} not work for another reason`]),
    ...(left === 0 ? [] : [`${pluralize(left, 'other')} still can't pull, for the reasons shown above`]),
  ]
  return `${[back, ...rest].join('; ')}.`
}

function openSentence(wanted: number, recovered: number): string {
  if (wanted === 1) return 'The targeted pod is not back yet.'
  const [is, are] = [recovered === 1 ? 'is' : 'are', wanted - recovered === 1 ? 'is' : 'are']
  return `${formatNumber(recovered)} of ${pluralize(wanted, 'pod')} ${is} back; ${formatNumber(wanted - recovered)} ${are} not.`
}

type Why = NonNullable<FixResult['heldBack']>['why']

const RERUN: Record<Why, string> = {
  'no-pulls-left': 'Next, once the limit resets: ',
  'hub-out-of-reach': 'Next, once Docker Hub can be reached: ',
  'others-not-started': 'Next, once those pods have started: ',
}

/** When to run the same fix again for the pods that were deferred. */
export function rerunLabel(why: Why): string {
  return RERUN[why]
}
