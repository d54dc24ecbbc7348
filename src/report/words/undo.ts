/** The words of taking a run back: what goes, what goes back, and why something stays. */

import type { LeftReason, UndoneField, UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import { amount, counted } from './count.ts'

const LEFT: Record<LeftReason, string> = {
  gone: 'is no longer there',
  replaced: 'another object has its name now',
  changed: 'no longer holds what was written',
  'taken-back': 'was taken back already',
  'never-written': 'was never written',
  'still-named': 'other objects still name it',
  'earlier-content-unknown': 'was there before, and what it held is kept nowhere',
  'pod-taken-away': 'was deleted and not made again; the same fix again puts it back',
  'pod-recreated': 'the stuck pod is gone for good; the new one stays',
}

/** Why an object stays as it is. */
export function leftText(reason: LeftReason): string {
  return LEFT[reason]
}

/** `imagePullSecrets loses dockercreds`, `image of shop back to nginx`. */
export function fieldText({ field, container, from, to }: UndoneField): string {
  if (field === 'imagePullSecrets') return `imagePullSecrets loses ${from}`
  const where = container === null ? field : `${field} of ${container}`
  return to === null ? `${where} goes (${from})` : `${where} back to ${to}`
}

/** What taking the run back comes to, in one sentence. */
export function undoPlanSentence(steps: readonly UndoStep[]): string {
  const restored = steps.filter(({ action }) => action === 'restore-fields').length
  const deleted = steps.filter(({ action }) => action === 'delete-secret').length
  const lost = steps.filter(step => step.action === 'leave' && step.reason === 'pod-taken-away').length
  const gone =
    lost === 0
      ? ''
      : ` ${counted(lost, 'bare pod')} ${lost === 1 ? 'is' : 'are'} still missing: the same fix again puts back what it deleted.`
  if (restored + deleted === 0) return `There is nothing left to take back, so nothing is written.${gone}`
  const parts = [
    ...(restored === 0 ? [] : [`restores ${counted(restored, 'object')}`]),
    ...(deleted === 0 ? [] : [`deletes ${counted(deleted, 'secret')}`]),
  ]
  return `Undo ${parts.join(' and ')}.${gone}`
}

/** Not taken back although it was meant to be. */
export function isOpen({ status }: UndoOutcome): boolean {
  return status === 'conflict' || status === 'refused' || status === 'failed' || status === 'skipped'
}

/** What became of it, in one sentence. */
export function undoneSentence(outcomes: readonly UndoOutcome[], dryRun: boolean): string {
  const open = outcomes.filter(isOpen).length
  const left = outcomes.filter(({ status }) => status === 'left').length
  const done = outcomes.length - open - left
  const stay = left === 0 ? '' : ` ${counted(left, 'object')} left as ${left === 1 ? 'it is' : 'they are'}.`
  if (dryRun) {
    const taken =
      open === 0 ? `The server would take ${counted(done, 'change')}.` : notTaken(open, outcomes, 'would not')
    return `${taken}${stay} Nothing was written: this was a dry run.`
  }
  return open === 0
    ? `${counted(done, 'change')} taken back.${stay}`
    : `${notTaken(open, outcomes, 'could not')}${stay} Run it again to go on.`
}

function notTaken(open: number, outcomes: readonly UndoOutcome[], verb: string): string {
  return `${amount(open)} of ${counted(outcomes.length, 'change')} ${verb} be taken back.`
}
