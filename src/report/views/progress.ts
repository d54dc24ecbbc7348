/** Renders progress in a few words, for the spinner. */

import type { ApplyPhase } from '../../apply/apply-context.ts'
import { sanitizeLine } from '../sanitize.ts'
import { formatNumber } from '../words/nouns.ts'

/** Returns, for example, `Writing: 12 of 29 changes`. */
export function progressText(progress: ApplyPhase): string {
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

/** Returns, for example, `Waiting for https://… (context prod)…`, for an otherwise empty screen. */
export function waitingText(server: string, context: string | null): string {
  return sanitizeLine(`Waiting for ${server}${context === null ? '' : ` (context ${context})`}…`)
}
