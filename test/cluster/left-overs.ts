/** Removes what killed runs of these tests left on the cluster. */
import { homedir } from 'node:os'
import { systemClock } from '../../src/clock.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import { connectWriter } from '../../src/kubernetes/connect-writer.ts'

/** The label on everything that the tests create outside their own namespaces, and on those namespaces. */
export const OURS = { 'test.pullguard.dev/left-over': 'remove' }
const SELECTOR = 'test.pullguard.dev/left-over=remove'

const LISTS = [
  '/api/v1/namespaces',
  '/apis/apps/v1/namespaces/kube-system/deployments',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
]
const SYSTEM = '/api/v1/namespaces/kube-system'

export async function removeLeftOvers(): Promise<void> {
  const { env } = process
  const api = await connectWriter({
    env,
    cwd: process.cwd(),
    home: homedir(),
    clock: systemClock,
    userAgent: 'pullguard-test',
  })
  try {
    for (const path of LISTS) await removeAll(api, path, SELECTOR)
    await removeCredential(api)
  } finally {
    await api.close()
  }
}

async function removeAll(api: ClusterWriter, path: string, labelSelector: string): Promise<void> {
  const found: KubernetesObject[] = []
  await api.list(path, { labelSelector }, object => void found.push(object))
  for (const { metadata } of found) {
    const { name, uid, deletionTimestamp } = metadata as Record<string, string>
    if (deletionTimestamp === undefined) await api.delete(`${path}/${name}`, uid ?? '')
  }
}

/** The story's fix also writes to kube-system. A killed run leaves that there, and then its pods would not be limited. */
async function removeCredential(api: ClusterWriter): Promise<void> {
  await removeAll(api, `${SYSTEM}/secrets`, 'app.kubernetes.io/managed-by=pullguard')
  const account = await api.get(`${SYSTEM}/serviceaccounts/default`)
  const list = (account.imagePullSecrets as { name: string }[] | undefined) ?? []
  const at = list.findIndex(({ name }) => name === 'dockercreds')
  if (at === -1) return
  const path = `/imagePullSecrets/${at}`
  await api.jsonPatch(`${SYSTEM}/serviceaccounts/default`, [
    { op: 'test', path: `${path}/name`, value: 'dockercreds' },
    { op: 'remove', path },
  ])
}
