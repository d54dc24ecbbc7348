/** Finds the kubeconfig files and merges them by kubectl's rules. */

import { delimiter, join, resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Kubeconfig } from './kubeconfig.ts'
import { readKubeconfig } from './read-kubeconfig.ts'

export interface LoadedKubeconfig {
  config: Kubeconfig
  /** Every place that was looked at, existing or not. */
  places: string[]
}

/**
 * `--kubeconfig` alone, else every file of $KUBECONFIG, else ~/.kube/config. Files that don't exist are skipped unless the flag names them.
 * The first file to set current-context wins, and the first to name an entry wins with the whole entry (client-go tools/clientcmd/loader.go).
 * @throws UsageError for a file that is missing, unreadable or malformed
 */
export async function loadKubeconfig(
  options: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'cwd' | 'home'>,
): Promise<LoadedKubeconfig> {
  const explicit = options.kubeconfig ?? ''
  const places = placesOf(options).map(path => resolve(options.cwd, path))
  const read = await Promise.all(places.map(readKubeconfig))
  if (explicit !== '' && read[0] === null) {
    throw new UsageError(`There is no kubeconfig ${explicit}: correct --kubeconfig`)
  }
  return { config: merged(read.filter(config => config !== null)), places }
}

function placesOf({ kubeconfig, env, home }: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'home'>) {
  if (kubeconfig !== undefined && kubeconfig !== '') return [kubeconfig]
  const listed = env.KUBECONFIG ?? ''
  if (listed === '') return [join(home, '.kube', 'config')]
  return [...new Set(listed.split(delimiter))].filter(path => path !== '')
}

function merged(configs: Kubeconfig[]): Kubeconfig {
  // Later keys of a Map win, so the first file comes last.
  const backwards = configs.toReversed()
  return {
    currentContext: configs.find(config => config.currentContext !== '')?.currentContext ?? '',
    clusters: new Map(backwards.flatMap(config => [...config.clusters])),
    users: new Map(backwards.flatMap(config => [...config.users])),
    contexts: new Map(backwards.flatMap(config => [...config.contexts])),
  }
}
