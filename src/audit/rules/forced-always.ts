/** Policy Always in pods whose template has another: the admission plugin AlwaysPullImages, or a similar policy. */

import { perImage } from '../rule.ts'

export const forcedAlways = perImage<'forced-always'>('warning', (container, workload, facts) => {
  const { pullPolicy } = container
  const forced = facts.observationOf(workload, container)?.forced ?? null
  if (forced === null || pullPolicy === null || pullPolicy === 'Always') return null
  return { arguments: { pod: forced.pod, policy: pullPolicy } }
})
