/** The names that a kubeconfig has for --context, --cluster, and --user. */

import type { ConnectionOptions } from './connection-options.ts'
import { loadKubeconfig } from './load.ts'

/** Sorted. @throws UsageError for a file that can't be read */
export async function kubeconfigNames(
  kind: 'contexts' | 'clusters' | 'users',
  options: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'cwd' | 'home'>,
): Promise<string[]> {
  const { config } = await loadKubeconfig(options)
  return [...config[kind].keys()].sort()
}
