/** Renders progress in a few words, for the spinner. */

import type { Progress } from '../../apply/apply-context.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines, wrap } from '../screen/layout.ts'
import { formatNumber } from '../words/nouns.ts'

/** Returns, for example, `Writing: 12 of 29 changes`. */
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

/** Returns, for example, `Reading pods: 3000 seen, 12 to look at`. */
export function readingText({ pods, suspects }: { pods: number; suspects: number }): string {
  return `Reading pods: ${pods} seen, ${suspects} to look at`
}

/** Returns, for example, `Reading workloads: 3000 seen`. */
export function countingText(what: 'pods' | 'workloads', seen: number): string {
  return `Reading ${what}: ${seen} seen`
}

/** Returns, for example, `Asking registries: 3 of 12 images`. */
export function askingText(done: number, images: number): string {
  return `Asking registries: ${done} of ${images} images`
}

/** What `mirror` is doing. */
export const MIRROR_PROGRESS = { reading: 'Reading nodes and pods', asking: 'Asking the mirror' } as const

interface InterruptedFix {
  run: string
  /** Whether its plan changes only pods, which can't be undone. */
  onlyPods: boolean
}

/** Says how to continue or undo a fix that was interrupted while writing. */
export function interruptedFixText(
  { run, onlyPods }: InterruptedFix,
  invocation: Invocation,
  width: number,
): string {
  const undo = onlyPods ? '' : `, or \`${ownCommand(invocation, `undo ${run}`)}\` to revert what was written`
  return joinLines(wrap(`The fix was interrupted. Run the same command again to continue${undo}.`, width))
}

/** Says how to continue an interrupted undo. */
export function interruptedUndoText(run: string, invocation: Invocation, width: number): string {
  const text = `The undo was interrupted, with part of run ${run} undone. Run \`${ownCommand(invocation, `undo ${run}`)}\` again to continue.`
  return joinLines(wrap(text, width))
}

/** Returns, for example, `Waiting for https://… (context prod)…`, for an otherwise empty screen. */
export function waitingText(server: string, context: string | null): string {
  return sanitizeLine(`Waiting for ${server}${context === null ? '' : ` (context ${context})`}…`)
}
