/** The words of taking a run back: what goes, what goes back, and why something stays. */

import type { LeftReason, UndoEffect, UndoneField, UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { RunState } from '../machine/undo-document.ts'
import { amount, counted, someOf } from './count.ts'

const LEFT: Record<LeftReason, string> = {
  gone: 'is no longer there',
  replaced: 'another object has its name now',
  changed: 'no longer holds what was written',
  'taken-back': 'was taken back already',
  'never-written': 'was never written',
  'still-named': 'is still named',
  'goes-with-its-run': 'goes with the run that made it',
  'earlier-content-unknown': 'was there before, and what it held is kept nowhere',
  'pod-taken-away': 'was deleted and not made again; the same fix again puts it back',
  'pod-recreated': 'the stuck pod does not come back',
}

/** Why an object stays as it is. */
export function leftText(reason: LeftReason): string {
  return LEFT[reason]
}

/** The same with what names it: `is still named by deployment/shop`. */
export function leaveText({ reason, by = [] }: Extract<UndoStep, { action: 'leave' }>): string {
  if (by.length === 0) return leftText(reason)
  const names = by.map(({ kind, name }) =>
    name === null ? `${kind.toLowerCase()}s that can't be read` : `${kind.toLowerCase()}/${name}`,
  )
  return `${leftText(reason)} by ${someOf([...new Set(names)], 3)}`
}

const EFFECTS: Record<UndoEffect, string> = {
  rollout: 'a rollout replaces its pods',
  recreate: 'all of its pods stop before new ones start',
  'new-pods': 'new pods are made from it',
}

/** What a restored template does to its pods. */
export function effectText(effect: UndoEffect): string {
  return EFFECTS[effect]
}

/** Said of logins that go: what was pulled stays, what pulls again goes without. */
export function anonymousSentence(steps: readonly UndoStep[]): string {
  const goes = steps.some(({ action }) => action === 'delete-secret' || action === 'remove-keys')
  return goes ? 'Pods that pull from then on do so without this login, and may fail as they did before.' : ''
}

/** Secrets that keep a login, in one sentence; empty where none does. */
export function keptSentence(kept: number): string {
  return kept === 0 ? '' : `${counted(kept, 'secret')} ${kept === 1 ? 'keeps its' : 'keep their'} login.`
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
  const lighter = steps.filter(({ action }) => action === 'remove-keys').length
  const lost = steps.filter(step => step.action === 'leave' && step.reason === 'pod-taken-away').length
  const gone =
    lost === 0
      ? ''
      : ` ${counted(lost, 'bare pod')} ${lost === 1 ? 'is' : 'are'} still missing: the same fix again puts back what it deleted.`
  if (restored + deleted + lighter === 0)
    return `There is nothing left to take back, so nothing is written.${gone}`
  const parts = [
    ...(restored === 0 ? [] : [`restores ${counted(restored, 'object')}`]),
    ...(deleted === 0 ? [] : [`deletes ${counted(deleted, 'secret')}`]),
    ...(lighter === 0 ? [] : [`takes its keys out of ${counted(lighter, 'secret')}`]),
  ]
  return `Undo ${parts.join(', ').replace(/, ([^,]*)$/, ' and $1')}.${gone}`
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

const STATES: Record<RunState, string> = {
  'in-place': 'in place',
  undone: 'undone',
  over: 'nothing left to undo',
  'only-pods': 'only pods',
}

/** What is left of a run, in a word or two. */
export function stateText(state: RunState): string {
  return STATES[state]
}
