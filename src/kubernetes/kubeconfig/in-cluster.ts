/** The configuration that every pod finds in itself. */

import { readFile, stat } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { withClusterFlags, withUserFlags } from './choose-target.ts'
import { clusterOf } from './cluster.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Target } from './target.ts'
import { userOf } from './user.ts'

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
