/** Policy Always for an image that can't change: each start needs the registry, and fails if the registry does. */

import { pullsAlways } from '../../image/describe.ts'
import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const alwaysPull = perImage<'always-pull'>('warning', (container, _workload, { scope }) => {
  const { image, pullPolicy, policyPlace, imagePlace, keys } = container
  const reference = parseReference(image)
  if (reference === null || !pullsAlways(image, pullPolicy)) return null
  const { tag, digest } = reference
  const pinned = digest !== null
  if (!pinned && (tag === null || !isVersionTag(tag))) return null
  const isFixed = pinned || (tag !== null && isFixedTag(tag))
  return {
    arguments: { pinned, written: pullPolicy !== null, kubelets: scope.nodes?.kubelets ?? [] },
    place: policyPlace ?? imagePlace,
    // If the tag may move, only the policy brings the new build, so keep it.
    fix: isFixed && keys.policy !== null ? { code: 'policy', value: 'IfNotPresent' } : null,
  }
})

/**
 * Whether a tag names one build instead of one that moves. Tags follow habits, not rules: this accepts a whole version (`1.27.3-alpine`,
 * `v2.0.1`), a date, or the hash of a commit.
 */
function isFixedTag(tag: string): boolean {
  return (
    /^v?\d+\.\d+\.\d+/i.test(tag) ||
    /(?:^|[-_.])(?:20\d{2}[-_.]?\d{2}[-_.]?\d{2}|(?=[0-9a-f]*\d)[0-9a-f]{7,64})(?:$|[-_.T])/.test(tag)
  )
}

/** Like isFixedTag, or a version with at least one dot (`1.27`), which by habit moves within that version. */
function isVersionTag(tag: string): boolean {
  return isFixedTag(tag) || /^v?\d+\.\d+/i.test(tag)
}
