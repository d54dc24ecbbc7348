/** Deployments: one ReplicaSet for each template. A new one comes up before the old ones go (25% surge, at least 75% available). */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload, copyOf, type JsonObject } from '../cluster/objects.ts'
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
  const newest = Math.max(0, ...sets.map(revisionOf))
  const paused = deployment.spec?.paused === true
  if (!current && !paused) createReplicaSet(cluster, deployment, hash, newest + 1)
  else if (current && !paused) {
    // A rollback: the older template becomes the newest revision.
    if (revisionOf(current) < newest) number(cluster, deployment, current, newest + 1)
    roll(cluster, deployment, current, old)
  }
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
  const oldPods = old.reduce((sum, set) => sum + activePods(cluster, set).length, 0)
  if ((deployment.spec?.strategy as { type?: string } | undefined)?.type === 'Recreate') {
    for (const set of old) scale(cluster, set, 0)
    if (oldPods === 0) scale(cluster, current, wanted)
    return
  }
  const most = wanted + Math.ceil(wanted / 4)
  const before = Math.min(asWorkload(current).spec.replicas ?? 0, wanted)
  const fresh = Math.max(before, Math.min(wanted, most - oldPods))
  scale(cluster, current, fresh)
  if (oldPods > 0)
    scaleDown(cluster, old, { wanted, fresh, freshReady: readyCount(activePods(cluster, current)) })
}

/** Broken old pods are deleted first (cleanupUnhealthyReplicas), then as many others as the strategy allows. */
function scaleDown(
  cluster: Cluster,
  old: ApiObject[],
  { wanted, fresh, freshReady }: { wanted: number; fresh: number; freshReady: number },
): void {
  const needed = wanted - Math.floor(wanted / 4)
  const sets = old.map(set => {
    const pods = activePods(cluster, set)
    return { set, count: pods.length, ready: readyCount(pods) }
  })
  const sum = (key: 'count' | 'ready') => sets.reduce((total, each) => total + each[key], 0)
  let cleanable = Math.max(0, sum('count') + fresh - needed - (fresh - freshReady))
  let spare = Math.max(0, sum('ready') + freshReady - needed)
  for (const { set, count, ready } of sets) {
    const broken = Math.min(count - ready, cleanable)
    const healthy = Math.min(ready, spare)
    cleanable -= broken
    spare -= healthy
    scale(cluster, set, count - broken - healthy)
  }
}

function scale(cluster: Cluster, { metadata }: ApiObject, replicas: number): void {
  cluster.change('ReplicaSet', metadata.namespace, metadata.name, copy => {
    copy.spec = { ...copy.spec, replicas }
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
      template: { ...copyOf(template), metadata: { ...template.metadata, labels } },
    },
  })
  number(cluster, deployment, deployment, revision)
}

const revisionOf = ({ metadata }: ApiObject): number => Number(metadata.annotations?.[REVISION] ?? 0)

/** Writes the revision to the Deployment and its ReplicaSet. */
function number(cluster: Cluster, deployment: ApiObject, set: ApiObject, revision: number): void {
  for (const { kind, metadata } of [deployment, set]) {
    cluster.change(kind, metadata.namespace, metadata.name, copy => {
      copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: String(revision) }
    })
  }
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
