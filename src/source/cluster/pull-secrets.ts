/** Reads and describes the pull secrets that pods name: each by its name, never a list, so that no other Secret is ever touched. */

import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import { gapOf, isForbidden, isNotFound } from '../gap.ts'
import { describeMissingSecret, narrowPullSecret } from '../narrow/pull-secret.ts'
import type { ObjectName } from './named-objects.ts'
import { pathOf, type Reading } from './reading.ts'

/** A description of each, in the order of the names; missing and unreadable ones say so, the latter leave a gap too. */
export function readPullSecrets(reading: Reading, names: ObjectName[]): Promise<PullSecret[]> {
  return bounded(names, AT_ONCE, async ({ namespace, name }) => {
    const path = `${pathOf('/api/v1', namespace, 'secrets')}/${encodeURIComponent(name)}`
    try {
      const secret = await reading.cluster.get(path, reading.abort)
      reading.onPullSecret(secret)
      const described = narrowPullSecret(secret)
      return described ?? describeMissingSecret(namespace, name, 'failed')
    } catch (error) {
      if (isNotFound(error)) return describeMissingSecret(namespace, name, 'missing')
      reading.gaps.push(gapOf(error, 'secrets', namespace))
      return describeMissingSecret(namespace, name, isForbidden(error) ? 'forbidden' : 'failed')
    }
  })
}
