/** Policy Always for an image that can't change: each start needs the registry, and fails if the registry does. */

import { pullsAlways } from '../../image/describe.ts'
import { hasVersion, isFixed } from '../../image/fixed-tag.ts'
import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const alwaysPull = perImage<'always-pull'>('warning', (container, _workload, { scope }) => {
  const { image, pullPolicy, policyPlace, imagePlace, keys } = container
  const reference = parseReference(image)
  if (reference === null || !pullsAlways(image, pullPolicy)) return null
  if (!hasVersion(reference)) return null
  const pinned = reference.digest !== null
  return {
    arguments: { pinned, written: pullPolicy !== null, kubelets: scope.nodes?.kubelets ?? [] },
    place: policyPlace ?? imagePlace,
    // If the tag may move, only the policy brings the new build, so keep it.
    fix: isFixed(reference) && keys.policy !== null ? { code: 'policy', value: 'IfNotPresent' } : null,
  }
})
