/** From flags and environment to the one cluster and user to connect with. */

import { UsageError } from '../../errors.ts'
import { chooseTarget } from './choose-target.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { inClusterTarget } from './in-cluster.ts'
import { loadKubeconfig } from './load.ts'
import type { Target } from './target.ts'

/**
 * The kubeconfig's target, else the pod's own.
 * @throws UsageError where none is found, with what to do; localhost:8080 is nobody's cluster any more
 */
export async function findTarget(options: ConnectionOptions): Promise<Target> {
  const { config, places } = await loadKubeconfig(options)
  const chosen = chooseTarget(config, options) ?? (await inClusterTarget(options))
  if (chosen !== null) return chosen
  const names = [...config.contexts.keys()].sort()
  if (names.length > 0) {
    const some = names.slice(0, 5).join(', ')
    throw new UsageError(`The kubeconfig has no current context: choose one with --context, such as ${some}`)
  }
  throw new UsageError(
    `No kubeconfig was found (looked at ${places.join(', ') || 'none: KUBECONFIG is empty'}): ` +
      'name one with --kubeconfig or KUBECONFIG, or name a cluster with --server',
  )
}
