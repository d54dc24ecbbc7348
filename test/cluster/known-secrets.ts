/**
 * Brings pull secrets to the kubelet before the pods that are tested. It waits a second at most for a Secret that it meets first, and then
 * pulls without it; on a busy machine a test would see that pull and not the one it is about.
 */
import { randomBytes } from 'node:crypto'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import { podObject, type RealCluster } from './real-cluster.ts'

/** Ends when the kubelet has found all of them for one pod. Those pods keep them at hand until the answer is called. */
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
