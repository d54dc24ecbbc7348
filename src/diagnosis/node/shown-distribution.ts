/** The distribution of the cluster, for nodes whose objects were not read: a wrong one would send users to files that the node does not have. */

import { isOpenShiftService } from '../../image/registries.ts'
import type { Distribution } from '../../snapshot/node.ts'
import { allPullSecrets, type Snapshot } from '../../snapshot/snapshot.ts'
import { platformOf } from './node-platform.ts'

/** Null if nothing shows it, if signs contradict each other, or if a node that was read belongs to another one. */
export function shownDistribution(snapshot: Snapshot): Distribution | null {
  const signs = new Set<Distribution>(snapshot.distribution === undefined ? [] : [snapshot.distribution])
  if (hasLoginOfOpenShift(snapshot)) signs.add('openshift')
  const [only = null] = signs
  return signs.size === 1 && snapshot.nodes.every(node => platformOf(node) === only) ? only : null
}

/** OpenShift makes such a secret for each service account, in the older of the two formats; MicroShift, which has no registry, makes none. */
function hasLoginOfOpenShift(snapshot: Snapshot): boolean {
  return allPullSecrets(snapshot).some(
    ({ type, entries }) =>
      type === 'kubernetes.io/dockercfg' && entries.some(({ key }) => isOpenShiftService(key)),
  )
}
