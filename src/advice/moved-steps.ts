/** Steps for an image that has moved: its new place, or the search for a replacement. */

import type { Finding } from '../diagnosis/finding.ts'
import { isNumbered } from '../image/fixed-tag.ts'
import { parseReference } from '../image/reference.ts'
import type { Step } from './step/step.ts'

/** The new place of a moved image, or the search for a replacement. */
export function movedSteps({ moved }: Finding): Step[] {
  if (moved === null) return []
  return moved.to === null
    ? [{ code: 'find-replacement', moved }]
    : [{ code: 'use-replacement', moved, to: moved.to }]
}

/** Whether a step names the image's new place, ahead of what the cause leads to. */
export function isReplaced(finding: Finding): boolean {
  return finding.moved !== null && finding.moved.to !== null && !mayBeMistyped(finding)
}

/**
 * Whether first the name may be wrong: the successor of a registry has other images, and of a staging registry's builds only those that
 * became a release are published elsewhere.
 */
export function mayBeMistyped({ moved, cause, reference }: Finding): boolean {
  if (cause !== 'image-not-found') return false
  return (
    moved?.state === 'succeeded' ||
    (moved?.state === 'staging' && !isNumbered(parseReference(reference ?? '')?.tag ?? ''))
  )
}
