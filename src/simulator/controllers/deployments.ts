/** Deployments: one ReplicaSet for each template; a new one comes up before the old ones go (25% surge, nothing less than 75% available). */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload, type JsonObject } from '../cluster/objects.ts'
import {
  activePods,
  controlled,
  ownerReference,
  readyCount,
  templateHash,
  writeStatus,
} from './owned-pods.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/** One pass over one Deployment. */
export function reconcileDeployment(cluster: Cluster, deployment: ApiObject): void {
  const hash = templateHash(deployment)
  const sets = controlled(cluster, 'ReplicaSet', deployment)
  const current = sets.find(set => set.metadata.labels?.['pod-template-hash'] === hash)
  const old = sets.filter(set => set !== current)
  if (!current) createReplicaSet(cluster, deployment, hash, sets.length + 1)
  else roll(cluster, deployment, current, old)
  const wanted = asWorkload(deployment).spec.replicas ?? 1
  const fresh = current ? activePods(cluster, current) : []
  const pods = [...fresh, ...old.flatMap(set => activePods(cluster, set))]
  const ready = readyCount(pods)
  writeStatus(cluster, deployment, {
    replicas: pods.length || undefined,
    updatedReplicas: fresh.length || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: ready || undefined,
    unavailableReplicas: Math.max(0, wanted - ready) || undefined,
    conditions: conditions(cluster, deployment, ready >= wanted - Math.floor(wanted / 4)),
  })
}

function roll(cluster: Cluster, deployment: ApiObject, current: ApiObject, old: ApiObject[]): void {
  const wanted = asWorkload(deployment).spec.replicas ?? 1
  const recreate = (deployment.spec?.strategy as { type?: string } | undefined)?.type === 'Recreate'
  const oldPods = old.flatMap(set => activePods(cluster, set)).length
  if (recreate) {
    for (const set of old) scale(cluster, set, 0)
    if (oldPods === 0) scale(cluster, current, wanted)
    return
  }
  const surge = Math.ceil(wanted / 4)
  const fresh = asWorkload(current).spec.replicas ?? 0
  scale(cluster, current, Math.max(fresh, Math.min(wanted, wanted + surge - oldPods)), wanted)
  const available =
    readyCount(activePods(cluster, current)) +
    old.reduce((sum, set) => sum + readyCount(activePods(cluster, set)), 0)
  let spare = available - (wanted - Math.floor(wanted / 4))
  for (const set of old) {
    const pods = activePods(cluster, set)
    const broken = pods.length - readyCount(pods)
    const enoughWithout = readyCount(activePods(cluster, current)) >= wanted - Math.floor(wanted / 4)
    const going = Math.min(pods.length, Math.max(0, spare) + (enoughWithout ? broken : 0))
    spare -= going
    scale(cluster, set, pods.length - going)
  }
}

function scale(cluster: Cluster, { metadata }: ApiObject, replicas: number, most = replicas): void {
  cluster.change('ReplicaSet', metadata.namespace, metadata.name, copy => {
    copy.spec = { ...copy.spec, replicas: Math.min(replicas, most) }
  })
}

function createReplicaSet(cluster: Cluster, deployment: ApiObject, hash: string, revision: number): void {
  const { template, selector, replicas } = asWorkload(deployment).spec
  const { name, namespace } = deployment.metadata
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash }
  cluster.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: revision === 1 ? (replicas ?? 1) : 0,
      selector: { matchLabels: { ...selector?.matchLabels, 'pod-template-hash': hash } },
      template: { ...structuredClone(template), metadata: { ...template.metadata, labels } },
    },
  })
  cluster.change('Deployment', namespace, name, copy => {
    copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: String(revision) }
  })
}

function conditions(cluster: Cluster, deployment: ApiObject, available: boolean): JsonObject[] {
  const before = (deployment.status?.conditions ?? []) as {
    type: string
    status: string
    lastTransitionTime: string
  }[]
  const old = before.find(({ type }) => type === 'Available')
  const status = available ? 'True' : 'False'
  const since = old?.status === status ? old.lastTransitionTime : cluster.clock.timestamp()
  return [
    {
      type: 'Available',
      status,
      lastUpdateTime: since,
      lastTransitionTime: since,
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: available
        ? 'Deployment has minimum availability.'
        : 'Deployment does not have minimum availability.',
    },
  ]
}
