/** Steps for an image that has moved: its new place, or the search for a replacement. */

import { clueOf } from '../diagnosis/clues/clue.ts'
import { type Finding, isOnTheWay } from '../diagnosis/finding.ts'
import { isNumbered } from '../image/fixed-tag.ts'
import { parseReference } from '../image/reference.ts'
import { apiHost } from '../image/registries.ts'
import { targetHost } from './host.ts'
import type { Step } from './step/step.ts'

/** The new place of a moved image, or the search for a replacement. */
export function movedSteps({ moved }: Finding): Step[] {
  if (moved === null) return []
  return moved.to === null
    ? [{ code: 'find-replacement', moved }]
    : [{ code: 'use-replacement', moved, to: moved.to }]
}

/** What was tested and let through at the old place would only lead to the new one. */
const AT_HOST: readonly Step['code'][] = [
  'test-connection',
  'resolve-host',
  'open-host',
  'pass-proxy',
  'bypass-proxy',
]

/**
 * The steps of the cause, with those for the image's new place: before them, or after them where the way to the same registry has to be
 * repaired first. Where the image is at another registry now, nobody has to open the way to the old one.
 */
export function withMoved(finding: Finding, ofCause: Step[]): Step[] {
  const { moved, cause, registry } = finding
  const steps = mayBeMistyped(finding) ? [] : movedSteps(finding)
  const place = parseReference(moved?.to ?? '')?.registry
  if (steps.length === 0 || registry === null || place === undefined || !isOnTheWay(cause))
    return [...steps, ...ofCause]
  if (place === registry) return [...ofCause, ...steps]
  const old = [apiHost(registry), targetHost(finding).host, clueOf(finding.clues, 'behind-proxy')?.host]
  const atNewPlace = (step: Step): Step => {
    const isOfHost =
      AT_HOST.includes(step.code) && 'host' in step && step.host !== null && old.includes(step.host)
    if (!isOfHost) return step
    // What the proxy answered was about the old place.
    return step.code === 'pass-proxy'
      ? { ...step, host: apiHost(place), answer: null }
      : ({ ...step, host: apiHost(place) } as Step)
  }
  return [...steps, ...ofCause.filter(({ code }) => code !== 'pull-by-hand').map(atNewPlace)]
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
