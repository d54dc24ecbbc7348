/** The words of what became of changes and of the pods they were made for. */

import type { FixResult, Outcome, OutcomeStatus, Recovery } from '../../apply/outcome.ts'
import { amount, counted } from './count.ts'
import { changesByKind } from './plan.ts'

const STATUS: Record<OutcomeStatus, string> = {
  applied: 'written',
  accepted: 'the server would take it',
  unchanged: 'was so already',
  conflict: 'left alone, as it was changed meanwhile',
  refused: 'refused by the server',
  failed: 'failed',
  skipped: 'not tried',
}

/** What a status means, as a clause. */
export function statusText(status: OutcomeStatus): string {
  return STATUS[status]
}

/** In place, or acceptable to the server: nothing to tell one by one. */
export function isWell({ status }: Outcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}

/** How many pods were to come back, and how many did. */
export function podCounts(recoveries: readonly Recovery[]): { wanted: number; recovered: number } {
  const sum = (of: (one: Recovery) => number) => recoveries.reduce((total, one) => total + of(one), 0)
  return { wanted: sum(one => one.wanted), recovered: sum(one => one.recovered) }
}

/** What was written, in one sentence. */
export function writtenSentence({ outcomes }: FixResult): string {
  const applied = outcomes.filter(({ status }) => status === 'applied')
  const not = outcomes.filter(one => !isWell(one)).length
  const open = not === 0 ? '' : ` ${counted(not, 'change')} ${not === 1 ? 'was' : 'were'} not made.`
  if (outcomes.length > 0 && outcomes.every(({ status }) => status === 'unchanged'))
    return 'Nothing was written: all of it was so already.'
  if (applied.length === 0) return `Nothing was written.${open}`
  return `${counted(applied.length, 'change')} written: ${changesByKind(applied)}.${open}`
}

/** What a dry run on the server found, in one sentence. */
export function dryRunSentence({ outcomes }: FixResult): string {
  const not = outcomes.filter(one => !isWell(one)).length
  return not === 0
    ? `The server would take ${outcomes.length === 1 ? 'the change' : `all ${amount(outcomes.length)} changes`}. Nothing was written: this was a dry run.`
    : `${amount(not)} of ${counted(outcomes.length, 'change')} would not be made. Nothing was written: this was a dry run.`
}

/** Stuck pods that were not aimed at, in one sentence; empty where there is none. */
export function leftSentence(left: number): string {
  return left === 0 ? '' : `${counted(left, 'pod')} still can't pull, for the reasons shown above.`
}

/**
 * Whether the pods are back, in one sentence; null where no pod was aimed at. `left`: stuck ones that were not aimed at, as far as is
 * known; `all`: nothing was left as it is, and all changes were made.
 */
export function podsSentence(recoveries: readonly Recovery[], left: number, all: boolean): string | null {
  const { wanted, recovered } = podCounts(recoveries)
  if (wanted === 0) return null
  if (recovered === wanted) {
    const which = all && left === 0 ? 'that could not pull' : 'that it aimed at'
    const back = wanted === 1 ? `The pod ${which} runs now` : `All ${amount(wanted)} pods ${which} run now`
    return left === 0
      ? `${back}.`
      : `${back}; ${counted(left, 'other')} still can't pull, for the reasons shown above.`
  }
  if (wanted === 1) return 'The pod that it aimed at does not run yet.'
  const verb = wanted - recovered === 1 ? 'does not' : 'do not'
  return `${amount(recovered)} of ${counted(wanted, 'pod')} ${recovered === 1 ? 'runs' : 'run'} now; ${amount(wanted - recovered)} ${verb}.`
}
