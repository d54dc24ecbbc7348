/** The registry reports that the image does not exist: pods only run on nodes that still have it. */

import { perImage } from '../rule.ts'

const VERDICTS = ['no-such-tag', 'no-such-digest', 'no-such-repository', 'not-found', 'not-public']

export const missingImage = perImage<'missing-image'>('error', (container, workload, facts) => {
  const check = facts.checkOf(container.image, workload)
  if (check === null || !VERDICTS.includes(check.verdict)) return null
  const ranOn = facts.sightingOf(workload, container)?.nodes ?? []
  return { arguments: { check, verdict: check.verdict, ranOn } }
})
