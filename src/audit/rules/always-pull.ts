/** Always on an image that can't change: each start then needs the registry, and fails with it. */

import { defaultPullPolicy } from '../../image/describe.ts'
import { parseReference } from '../../image/reference.ts'
import { isFixedTag, isVersionTag } from '../fixed-tag.ts'
import { perImage } from '../rule.ts'

export const alwaysPull = perImage<'always-pull'>('warning', (container, _workload, { scope }) => {
  const { image, pullPolicy, policyPlace, imagePlace, keys } = container
  const reference = parseReference(image)
  if (reference === null || (pullPolicy ?? defaultPullPolicy(image)) !== 'Always') return null
  const { tag, digest } = reference
  const pinned = digest !== null
  if (!pinned && (tag === null || !isVersionTag(tag))) return null
  const isFixed = pinned || (tag !== null && isFixedTag(tag))
  return {
    arguments: { pinned, written: pullPolicy !== null, kubelets: scope.nodes?.kubelets ?? [] },
    place: policyPlace ?? imagePlace,
    // On a tag that may move the policy is the only thing that brings the new build.
    fix: isFixed && keys.policy !== null ? { code: 'policy', value: 'IfNotPresent' } : null,
  }
})
