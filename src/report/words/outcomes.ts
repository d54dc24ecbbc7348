/** The words of what became of changes and of the pods they were made for. */

import type { FixResult, Outcome, OutcomeStatus } from '../../apply/outcome.ts'
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

/** In place, or acceptable to the server: nothing to tell one by one. */
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
