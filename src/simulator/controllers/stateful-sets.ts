/** StatefulSets: numbered pods, started one after another, each once those before it are ready. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload, type Pod } from '../cluster/objects.ts'
import { activePods, createPod, isReady, readyCount, templateHash, writeStatus } from './owned-pods.ts'

const REVISION = 'controller-revision-hash'

/** One pass over one StatefulSet. As in Kubernetes, a broken pod of an older revision blocks the rollout until somebody deletes it. */
export function reconcileStatefulSet(cluster: Cluster, set: ApiObject): void {
  const { replicas: wanted = 1, podManagementPolicy, updateStrategy } = asWorkload(set).spec
  const revision = `${set.metadata.name}-${templateHash(set)}`
  const pods = activePods(cluster, set)
  const numbered = new Map(pods.map(pod => [Number(pod.metadata.name.split('-').pop()), pod]))
  const parallel = podManagementPolicy === 'Parallel'
  let held = false
  for (let ordinal = 0; ordinal < wanted && !held; ordinal++) {
    const pod = numbered.get(ordinal)
    if (!pod) createNumbered(cluster, set, ordinal, revision)
    held = !parallel && !(pod && isReady(pod))
  }
  const rolls = (updateStrategy as { type?: string } | undefined)?.type !== 'OnDelete'
  if (!held && rolls) replaceOne(cluster, numbered, revision)
  for (const [ordinal, { metadata }] of numbered)
    if (ordinal >= wanted) cluster.remove('Pod', metadata.namespace, metadata.name)
  const updated = pods.filter(({ metadata }) => metadata.labels?.[REVISION] === revision).length
  const settled = updated === pods.length && readyCount(pods) === wanted
  writeStatus(cluster, set, {
    replicas: pods.length,
    readyReplicas: readyCount(pods) || undefined,
    availableReplicas: readyCount(pods),
    updatedReplicas: updated || undefined,
    currentReplicas: (settled ? updated : pods.length - updated) || undefined,
    currentRevision: settled ? revision : (set.status?.currentRevision ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  })
}

function createNumbered(cluster: Cluster, set: ApiObject, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`
  if (cluster.get('Pod', set.metadata.namespace, name)) return
  const labels = {
    'apps.kubernetes.io/pod-index': String(ordinal),
    'statefulset.kubernetes.io/pod-name': name,
    [REVISION]: revision,
  }
  createPod(cluster, set, { name, generateName: `${set.metadata.name}-`, labels })
}

/** From the last ordinal down, the first pod of another revision; none while a pod of the new revision is not ready. */
function replaceOne(cluster: Cluster, numbered: Map<number, Pod>, revision: string): void {
  for (const [, pod] of [...numbered].sort(([a], [b]) => b - a)) {
    const { name, namespace, labels } = pod.metadata
    if (labels?.[REVISION] !== revision) cluster.remove('Pod', namespace, name)
    else if (isReady(pod)) continue
    return
  }
}
