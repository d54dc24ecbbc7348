/** The words of what became of changes, and why. */

import type { FixResult, HeldBack, Outcome, OutcomeReason, OutcomeStatus } from '../../apply/outcome.ts'
import { allOf, formatNumber, pluralize } from './count.ts'
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

/** What a status means, as a clause. */
export function statusText(status: OutcomeStatus): string {
  return STATUS[status]
}

/** In place, or acceptable to the server. */
export function isSuccessful({ status }: Outcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}

/** What was written, in one sentence. */
export function writtenSentence({ outcomes }: FixResult): string {
  const applied = outcomes.filter(({ status }) => status === 'applied')
  const not = outcomes.filter(one => !isSuccessful(one)).length
  const open = not === 0 ? '' : ` ${pluralize(not, 'change')} ${not === 1 ? 'was' : 'were'} not applied.`
  if (outcomes.length > 0 && outcomes.every(({ status }) => status === 'unchanged'))
    return 'Nothing to change: everything is already in place.'
  if (applied.length === 0) return `Nothing was written.${open}`
  return `${pluralize(applied.length, 'change')} written: ${changesByKind(applied)}.${open}`
}

/** What a dry run on the server found, in one sentence. */
export function dryRunSentence({ outcomes }: FixResult): string {
  const not = outcomes.filter(one => !isSuccessful(one)).length
  return not === 0
    ? `The API server would accept ${outcomes.length === 1 ? 'the change' : `${allOf(outcomes.length).toLowerCase()} changes`}. Nothing was written: this was a dry run.`
    : `${formatNumber(not)} of ${pluralize(outcomes.length, 'change')} would not be accepted. Nothing was written: this was a dry run.`
}

type Code = OutcomeReason['code']

const DEFERRED: Record<NonNullable<HeldBack>['why'], string> = {
  'no-pulls-left': 'the account has no pulls left for its images; run the fix again when the limit resets',
  'hub-out-of-reach': "Docker Hub can't be asked how many pulls are left, so the pod was left alone",
  'others-not-started':
    'the pods recreated before it have not asked for their images yet, so the number of pulls left for it is unknown',
}

const REASONS: { [C in Code]: (reason: Extract<OutcomeReason, { code: C }>) => string } = {
  'no-login': () => 'no login for its registries is available',
  needs: ({ id }) => `it depends on ${id}, which was not applied`,
  unused: () => 'nothing that would use it can be changed',
  replaced: () => 'another object has this name now',
  'changed-meanwhile': () => 'someone else changed it in the meantime',
  'still-changing': () => 'other clients keep changing it',
  healed: () => 'it is no longer waiting for an image',
  'deleted-meanwhile': () => 'someone else deleted it',
  'held-back': ({ why }) => DEFERRED[why],
  'successor-refused': () => 'left alone, because the server would reject its replacement',
  'template-refused': () => 'left alone, because the server would reject its new pods',
  finalizer: ({ finalizer }) =>
    `left alone: finalizer ${finalizer} may keep it from terminating, and no other pod can have its name until it is gone`,
  'not-ended': ({ finalizer, until }) =>
    `${
      finalizer === null
        ? `it has not terminated yet${until === null ? '' : `, and may take until ${until}`}`
        : `it has not terminated: finalizer ${finalizer} blocks it`
    }; run the fix again to recreate it`,
  'not-put-back': () => 'it was deleted and could not be recreated; run the fix again to recreate it',
  'not-in-journal': ({ run }) => `the journal of run ${run} does not contain it`,
}

/** Our own reason as a clause. */
export function outcomeReasonText<R extends OutcomeReason>(reason: R): string {
  return (REASONS[reason.code] as (reason: R) => string)(reason)
}
