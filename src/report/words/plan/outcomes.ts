/** The words of what became of a fix or an undo: of its changes, of the workloads whose pods should recover, and of the runs of the past. */

import type {
  ChangeOutcome,
  FixResult,
  HeldBack,
  MissingPod,
  OutcomeReason,
  OutcomeStatus,
  Recovery,
  RecoveryPod,
} from '../../../apply/outcome.ts'
import type { UndoOutcome } from '../../../apply/undo-step.ts'
import type { EndReason } from '../../../rollout/judge.ts'
import type { RunLine, RunState } from '../../machine/fix-document.ts'
import { allOf, formatNumber, namedList, pluralize, shortList } from '../nouns.ts'
import { changesByKind } from './plan.ts'

const STATUS: Record<OutcomeStatus, string> = {
  applied: 'written',
  accepted: 'the server would accept it',
  unchanged: 'already in place',
  conflict: 'skipped: changed by someone else in the meantime',
  refused: 'refused by the server',
  failed: 'failed',
  skipped: 'not tried',
}

/** Returns what a status means, as a clause. */
export function statusText(status: OutcomeStatus): string {
  return STATUS[status]
}

/** Whether the change is in place or, in a dry run, acceptable to the server. */
export function isSuccessful({ status }: ChangeOutcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}

/** Returns what was written, in one sentence. */
export function writtenSentence({ outcomes, run }: FixResult): string {
  const applied = outcomes.filter(({ status }) => status === 'applied')
  const not = outcomes.filter(one => !isSuccessful(one)).length
  const open = not === 0 ? '' : ` ${pluralize(not, 'change')} ${not === 1 ? 'was' : 'were'} not applied.`
  if (outcomes.length > 0 && outcomes.every(({ status }) => status === 'unchanged'))
    return 'Nothing to change: everything is already in place.'
  if (applied.length === 0)
    return `${run === null ? 'Nothing was written' : 'No write was confirmed by the server'}.${open}`
  return `${pluralize(applied.length, 'change')} written: ${changesByKind(applied)}.${open}`
}

/** What to do after a dry run that found nothing wrong. */
export const TO_APPLY = 'To apply the plan, run the same command without --dry-run.'

/** Returns what a dry run on the server found. */
export function dryRunSentence({ outcomes }: FixResult): string {
  const not = outcomes.filter(one => !isSuccessful(one)).length
  return not === 0
    ? `The API server would accept ${outcomes.length === 1 ? 'the change' : `${allOf(outcomes.length).toLowerCase()} changes`}. Nothing was written: this was a dry run. ${TO_APPLY}`
    : `${formatNumber(not)} of ${pluralize(outcomes.length, 'change')} would not be accepted. Nothing was written: this was a dry run.`
}

type Code = OutcomeReason['code']

const DEFERRED: Record<HeldBack['why'], string> = {
  'no-pulls-left': 'the account has no pulls left for its images; run the fix again when the limit resets',
  'hub-out-of-reach': 'the remaining pulls could not be read from Docker Hub, so the pod was not recreated',
  'others-not-started': 'pods recreated earlier have not pulled yet, so the remaining pulls are unknown',
}

const REASONS: { [C in Code]: (reason: Extract<OutcomeReason, { code: C }>) => string } = {
  'no-login': () => 'no login for its registries is available',
  needs: ({ id }) => `it depends on ${id}, which was not applied`,
  unused: () => 'none of the objects that would reference it was changed',
  replaced: () => 'another object has this name now',
  'changed-meanwhile': () => 'someone else changed it in the meantime',
  'still-changing': () => 'other clients keep changing it',
  'altered-at-admission': () =>
    'the stored object lacks the change: something on the server, such as an admission webhook, takes it out',
  healed: () => 'it is no longer waiting for an image',
  'deleted-meanwhile': () => 'someone else deleted it',
  'held-back': ({ why }) => DEFERRED[why],
  'successor-refused': () => 'not deleted: the server would reject its replacement',
  'template-refused': () => 'not changed: the server would reject its new pods',
  finalizer: ({ finalizer }) =>
    `not deleted: finalizer ${finalizer} may keep it from terminating, and no other pod can have its name until it is gone`,
  'not-ended': ({ finalizer, until }) =>
    `${
      finalizer === null
        ? `it has not terminated yet${until === null ? '' : `, and may take until ${until}`}`
        : `it has not terminated: finalizer ${finalizer} blocks it`
    }; run the fix again to recreate it`,
  'not-put-back': () => 'it was deleted and could not be recreated; run the fix again to recreate it',
  'not-in-journal': ({ run }) => `the journal of run ${run} does not contain it`,
}

/** Returns pullguard's own reason for an outcome, as a clause. */
export function outcomeReasonText<R extends OutcomeReason>(reason: R): string {
  return (REASONS[reason.code] as (reason: R) => string)(reason)
}

/** Returns how many pods were expected to recover, and how many did. */
export function podCounts(recoveries: readonly Recovery[]): { wanted: number; recovered: number } {
  const sum = (of: (one: Recovery) => number) => recoveries.reduce((total, one) => total + of(one), 0)
  return { wanted: sum(one => one.wanted), recovered: sum(one => one.recovered) }
}

/** Whether some of the workload's pods have not recovered. */
export function isIncomplete({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

const OVER: Record<EndReason, string> = {
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

/** Returns why a workload will not recover, or why its pod is not created; empty if neither is known. */
export function workloadText({ over, missing, aimed, wanted }: Recovery): string {
  if (over !== null) return over.message === '' ? OVER[over.code] : `${OVER[over.code]} (${over.message})`
  // Each code's words take that code's reason; the compiler can't follow the code through the union.
  if (missing !== null) return MISSING[missing.code](missing as never)
  return wanted < aimed
    ? `it now wants ${pluralize(wanted, 'pod')}; ${formatNumber(aimed)} could not pull`
    : ''
}

const STATES: Record<RecoveryPod['state'], string> = {
  running: 'has its images, but fails',
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

/** Returns a sentence about stuck pods that were not targeted; empty if there are none. */
export function leftSentence(left: number): string {
  return left === 0
    ? ''
    : `${pluralize(left, 'pod')} that this fix did not change still can't pull, for the reasons shown above.`
}

/**
 * Returns whether the pods have recovered, in one sentence; null if no pod was targeted. `left`: known stuck pods that were not targeted;
 * `all`: nothing was deliberately left unchanged, and all changes were applied.
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
      : [`${pluralize(crashing, 'pod')} ${crashing === 1 ? 'fails' : 'fail'} for another reason`]),
    ...(left === 0 ? [] : [`${pluralize(left, 'other pod')} still can't pull, for the reasons shown above`]),
  ]
  return `${[back, ...rest].join('; ')}.`
}

function openSentence(wanted: number, recovered: number): string {
  if (wanted === 1) return 'The targeted pod is not back yet.'
  if (recovered === 0) return `None of the ${formatNumber(wanted)} targeted pods is back yet.`
  const [is, are] = [recovered === 1 ? 'is' : 'are', wanted - recovered === 1 ? 'is' : 'are']
  return `${formatNumber(recovered)} of ${pluralize(wanted, 'pod')} ${is} back; ${formatNumber(wanted - recovered)} ${are} not back yet.`
}

type Why = NonNullable<FixResult['heldBack']>['why']

const RERUN: Record<Why, string> = {
  'no-pulls-left': 'Next, once the limit resets: ',
  'hub-out-of-reach': 'Next, once Docker Hub reports how many pulls are left: ',
  'others-not-started': 'Next, once those pods have started: ',
}

/** Returns when to run the same fix again for deferred pods. */
export function rerunLabel(why: Why): string {
  return RERUN[why]
}

/** Whether the step was planned but not undone. */
export function isNotUndone({ status }: UndoOutcome): boolean {
  return status === 'conflict' || status === 'refused' || status === 'failed' || status === 'skipped'
}

/** Returns the result. @param outcomes empty after a dry run that did not ask the server */
export function undoneSentence(outcomes: readonly UndoOutcome[], dryRun: boolean): string {
  const open = outcomes.filter(isNotUndone).length
  const left = outcomes.filter(({ status }) => status === 'left').length
  const done = outcomes.length - open - left
  const unchanged = left === 0 ? '' : ` ${pluralize(left, 'object')} left unchanged.`
  if (dryRun) {
    const next = open === 0 ? ' To undo the run, run the same command without --dry-run.' : ''
    const accepted =
      open === 0
        ? `The API server would accept ${pluralize(done, 'change')}.${unchanged} `
        : `${notUndone(open, outcomes, 'would not')}${unchanged} `
    return `${outcomes.length === 0 ? '' : accepted}Nothing was written: this was a dry run.${next}`
  }
  return open === 0
    ? `Undid ${pluralize(done, 'change')}.${unchanged}`
    : `${notUndone(open, outcomes, 'could not')}${unchanged} Run the same command again to continue.`
}

function notUndone(open: number, outcomes: readonly UndoOutcome[], verb: string): string {
  return `${formatNumber(open)} of ${pluralize(outcomes.length, 'change')} ${verb} be undone.`
}

const RUN_STATES: Record<RunState, string> = {
  'in-place': 'in place',
  undone: 'undone',
  over: 'nothing left to undo',
  'only-pods': 'only pods',
  unknown: 'unknown (no permission)',
}

/** Returns the scope, user, and context of a run: `namespace web (deployment/shop), by jane, context prod`. */
export function runText({ namespaces, only, user, context }: RunLine): string {
  const where = namespaces === null ? 'all namespaces' : namedList('namespace', namespaces, NAMESPACES)
  return [
    only === undefined ? where : `${where} (${only})`,
    ...(user === null ? [] : [`by ${user}`]),
    ...(context === null ? [] : [`context ${context}`]),
  ].join(', ')
}

const NAMESPACES = 8

/** Returns what is left of a run, in a word or two. */
export function stateText(state: RunState): string {
  return RUN_STATES[state]
}
