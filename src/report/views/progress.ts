/** What goes on, in a few words for the line that moves. */

import type { Progress } from '../../apply/apply-context.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { formatNumber } from '../words/count.ts'

/** `Writing: 12 of 29 changes`. */
export function progressText(progress: Progress): string {
  switch (progress.phase) {
    case 'checking':
      return `Dry run on the server: ${formatNumber(progress.done)} of ${formatNumber(progress.total)} changes`
    case 'writing':
      return `Writing: ${formatNumber(progress.done)} of ${formatNumber(progress.total)} changes`
    case 'waiting':
      return `Waiting for the pods: ${formatNumber(progress.recovered)} of ${formatNumber(progress.wanted)} running`
  }
}

/** What somebody needs to know whose fix had begun to write and did not come to its end. */
export function interruptedFixText(run: string, invocation: Invocation): string {
  return `The fix was interrupted. Run the same command again to continue, or \`${ownCommand(invocation, `undo ${run}`)}\` to revert what was written.\n`
}

/** The same for taking a run back. */
export function interruptedUndoText(run: string, invocation: Invocation): string {
  return `The undo was interrupted, with part of run ${run} undone. Run \`${ownCommand(invocation, `undo ${run}`)}\` again to continue.\n`
}

/** What an empty screen waits for: `Waiting for https://… (context prod)…`. */
export function waitingText(server: string, context: string | null): string {
  return sanitizeLine(`Waiting for ${server}${context === null ? '' : ` (context ${context})`}…`)
}
