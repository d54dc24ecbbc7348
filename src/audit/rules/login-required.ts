/** An image of a registry that always requires a login, in pods that have none for it. */

import { parseReference } from '../../image/reference.ts'
import { HARDENED_IMAGES } from '../../image/registries.ts'
import { perImage } from '../rule.ts'

export const loginRequired = perImage<'login-required'>('warning', ({ image }, workload, facts) => {
  const reference = parseReference(image)
  if (reference?.registry !== HARDENED_IMAGES) return null
  const { secrets, hasLoginFor } = facts.pathOf(workload)
  if (secrets?.some(({ secret }) => secret !== null && secret.problem !== null)) return null
  const known = hasLoginFor(reference)
  if (known === true || (known === null && (secrets !== null || facts.isLive))) return null
  return {
    arguments: { registry: HARDENED_IMAGES, known: known === false },
    severity: known === false ? 'error' : 'warning',
  }
})
