/** The words of an undo: what each step reverts, why an object is left unchanged, and what is left of a run. */

import type { LeftReason, UndoEffect, UndoneField, UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { RunLine, RunState } from '../machine/fix-document.ts'
import { formatNumber, joinList, objectName, pluralize, shortList } from './nouns.ts'

/** Participles, for one object or several whose name precedes them. */
const LEFT: Record<LeftReason, string> = {
  gone: 'no longer there',
  replaced: 'replaced by another object with the same name',
  changed: 'changed after pullguard wrote it',
  'taken-back': 'already undone',
  'never-written': 'never written',
  'still-named': 'still referenced',
  'goes-with-its-run': 'removed by undoing the run that created it',
  'earlier-content-unknown': 'existed before, and its earlier content is not recorded',
  'pod-taken-away': 'deleted and not recreated; run the same fix again to recreate it',
  'pod-recreated': "recreated; stuck pods can't be restored",
}

/** Why an object is left unchanged, as a participle. */
export function leftText(reason: LeftReason): string {
  return LEFT[reason]
}

/** Returns the reason with the objects that refer to it: `still referenced by deployment/shop`. */
export function leftStepText({ reason, by = [] }: Extract<UndoStep, { action: 'leave' }>): string {
  if (by.length === 0) return leftText(reason)
  const names = by.map(({ kind, name }) =>
    name === null ? `${kind.toLowerCase()}s that can't be read` : objectName({ kind, name }),
  )
  return `${leftText(reason)} by ${shortList([...new Set(names)], 3)}`
}

const EFFECTS: Record<UndoEffect, string> = {
  rollout: 'a rollout replaces its pods',
  recreate: 'all of its pods stop before new ones start',
  'new-pods': 'new pods are created from it',
}

/** Returns how a restored template affects its pods. */
export function effectText(effect: UndoEffect): string {
  return EFFECTS[effect]
}

/** Warns if logins are removed: running pods keep their images, but new pulls have no login. */
export function lostLoginSentence(steps: readonly UndoStep[]): string {
  const goes = steps.some(({ action }) => action === 'delete-secret' || action === 'remove-keys')
  return goes ? 'After that, pods pull without this login and may fail as they did before.' : ''
}

/** Returns a sentence about Secrets that still contain a login; empty if there are none. */
export function keptSentence(kept: number): string {
  return kept === 0 ? '' : `${pluralize(kept, 'secret')} ${kept === 1 ? 'keeps its' : 'keep their'} login.`
}

/** Returns, for example, `remove dockercreds from imagePullSecrets`, `set image of shop back to nginx`. */
export function fieldText({ field, container, from, to }: UndoneField): string {
  if (field === 'imagePullSecrets') return `remove ${from} from imagePullSecrets`
  const where = container === null ? field : `${field} of ${container}`
  return to === null ? `remove ${where} (${from})` : `set ${where} back to ${to}`
}

/** Returns which runs are undone: `Undoing run A and the interrupted run B, which it continued`. */
export function undoingText(run: string, continued: readonly string[]): string {
  if (continued.length === 0) return `Undoing run ${run}`
  return `Undoing run ${run} and the interrupted ${continued.length === 1 ? 'run' : 'runs'} ${joinList(continued)}, which it continued`
}

/** Returns what the undo would do, in one sentence. */
export function undoPlanSentence(steps: readonly UndoStep[]): string {
  const restored = steps.filter(({ action }) => action === 'restore-fields').length
  const deleted = steps.filter(({ action }) => action === 'delete-secret').length
  const trimmed = steps.filter(({ action }) => action === 'remove-keys').length
  const lost = steps.filter(step => step.action === 'leave' && step.reason === 'pod-taken-away').length
  const gone =
    lost === 0
      ? ''
      : ` ${pluralize(lost, 'bare pod')} ${lost === 1 ? 'is' : 'are'} still missing: running the same fix again restores what it deleted.`
  if (restored + deleted + trimmed === 0) return `Nothing is left to undo, so nothing is written.${gone}`
  const parts = [
    ...(restored === 0 ? [] : [`restores ${pluralize(restored, 'object')}`]),
    ...(deleted === 0 ? [] : [`deletes ${pluralize(deleted, 'secret')}`]),
    ...(trimmed === 0 ? [] : [`removes its keys from ${pluralize(trimmed, 'secret')}`]),
  ]
  return `This ${parts.join(', ').replace(/, ([^,]*)$/, ' and $1')}.${gone}`
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

const STATES: Record<RunState, string> = {
  'in-place': 'in place',
  undone: 'undone',
  over: 'nothing left to undo',
  'only-pods': 'only pods',
  unknown: 'unknown (no permission)',
}

/** Returns the scope, user, and context of a run: `namespace web (deployment/shop), by jane, context prod`. */
export function runText({ namespaces, only, user, context }: RunLine): string {
  const where =
    namespaces === null
      ? 'all namespaces'
      : `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${shortList(namespaces, NAMESPACES)}`
  return [
    only === undefined ? where : `${where} (${only})`,
    ...(user === null ? [] : [`by ${user}`]),
    ...(context === null ? [] : [`context ${context}`]),
  ].join(', ')
}

const NAMESPACES = 8

/** Returns what is left of a run, in a word or two. */
export function stateText(state: RunState): string {
  return STATES[state]
}
