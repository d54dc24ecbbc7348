/** The registry reports that the image does not exist: pods only run on nodes that still have it. */

import { isMissing } from '../../snapshot/image-verdict.ts'
import { perImage } from '../rule.ts'

export const missingImage = perImage<'missing-image'>('error', (container, workload, facts) => {
  const check = facts.checkOf(container.image, workload)
  if (check === null || !isMissing(check.verdict)) return null
  const ranOn = facts.observationOf(workload, container)?.nodes ?? []
  return { arguments: { check, verdict: check.verdict, ranOn } }
})
