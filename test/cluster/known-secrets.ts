/**
 * Makes the kubelet aware of pull secrets before the tested pods start. It waits at most a second for a Secret that is new to it, and then
 * pulls without it; on a busy machine, a test would see that pull instead of the one it checks.
 */
import { randomBytes } from 'node:crypto'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import { podObject, type RealCluster } from './real-cluster.ts'

/** Resolves once the kubelet has found all Secrets for one pod. Those pods keep them cached until the returned function is called. */
export async function knownSecrets(
  cluster: RealCluster,
  namespace: string,
  secrets: string[],
): Promise<() => Promise<void>> {
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const made: string[] = []
  await cluster.until(`the kubelet to find ${secrets.join(', ')}`, async () => {
    const name = `keeper-${randomBytes(3).toString('hex')}`
    const draft = { image: 'acme/never-pulled', pullPolicy: 'Never', pullSecrets: secrets }
    await cluster.api.create(pods, podObject(name, draft))
    made.push(name)
    await cluster.until(`a look at ${name}`, async () =>
      hasBeenLookedAt(await cluster.api.get(`${pods}/${name}`)),
    )
    return !(await isMissingSome(cluster, namespace, name))
  })
  return async () => {
    for (const name of made) {
      const { uid } = (await cluster.api.get(`${pods}/${name}`)).metadata as { uid: string }
      await cluster.api.delete(`${pods}/${name}`, uid)
    }
  }
}

function hasBeenLookedAt({ status }: KubernetesObject): boolean {
  const { containerStatuses = [] } = (status ?? {}) as {
    containerStatuses?: { state: { waiting?: { reason: string } } }[]
  }
  const reason = containerStatuses[0]?.state.waiting?.reason ?? 'ContainerCreating'
  return reason !== 'ContainerCreating'
}

async function isMissingSome({ api }: RealCluster, namespace: string, pod: string): Promise<boolean> {
  let missing = false
  const fieldSelector = `involvedObject.name=${pod},reason=FailedToRetrieveImagePullSecret`
  await api.list(`/api/v1/namespaces/${namespace}/events`, { fieldSelector }, () => {
    missing = true
  })
  return missing
}
