/** From flags and environment to the one cluster and user to connect with: the kubeconfig's, else those of the pod that we run in. */

import { readFile, stat } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { UsageError } from '../../errors.ts'
import { chooseTarget, withClusterFlags, withUserFlags } from './choose-target.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { clusterOf, userOf } from './entries.ts'
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

/** Where the kubelet mounts it (Kubernetes documentation, "Accessing the Kubernetes API from a Pod"). */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The service account of the pod that we run in, with the flags over it; null outside a pod.
 * @param folder the mounted service account; tests have their own
 */
export async function inClusterTarget(
  options: ConnectionOptions,
  folder = SERVICE_ACCOUNT,
): Promise<Target | null> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = options.env
  const tokenFile = join(folder, 'token')
  if (!host || !port || !(await isFile(tokenFile))) return null
  const own = {
    ...clusterOf(undefined),
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    certificateAuthority: { file: join(folder, 'ca.crt') },
  }
  const user = { ...userOf('in-cluster', undefined), tokenFile }
  return {
    context: null,
    namespace: options.namespace || options.env.POD_NAMESPACE || (await mountedNamespace(folder)),
    cluster: withClusterFlags(own, options),
    user: withUserFlags(user, options),
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => !found.isDirectory(),
    () => false,
  )
}

async function mountedNamespace(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')
  return text.trim() || 'default'
}
