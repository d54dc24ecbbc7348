/** The subresource `scale`, with which `kubectl scale` sets the replicas of any workload. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload } from '../cluster/objects.ts'
import { notFound } from '../cluster/refusal.ts'
import { isDryRun, parseJson } from './body.ts'
import { namespaceOf, type RequestInfo } from './request.ts'
import { patchOf, type WriteRequest, type Written } from './writing.ts'

/** Answers a GET. Throws Refusal. */
export function readScale(cluster: Cluster, info: RequestInfo): ApiObject {
  return scaleOf(scaledBy(cluster, info))
}

/** Answers a PUT or a PATCH. Throws Refusal. */
export function writeScale(cluster: Cluster, request: WriteRequest): Written {
  const workload = scaledBy(cluster, request.info)
  const before = scaleOf(workload)
  const isPatch = request.info.verb === 'patch'
  const scale = isPatch ? patchOf(request)(before) : ((parseJson(request.body) ?? {}) as Partial<ApiObject>)
  const changed = cluster.update(
    {
      ...workload,
      metadata: { ...workload.metadata, resourceVersion: scale.metadata?.resourceVersion ?? '' },
      spec: { ...workload.spec, replicas: Number(scale.spec?.replicas ?? 0) },
    },
    { dryRun: isDryRun(request.query.getAll('dryRun'), isPatch ? 'PatchOptions' : 'UpdateOptions') },
  )
  return { code: 200, body: scaleOf(changed) }
}

function scaledBy(cluster: Cluster, info: RequestInfo): ApiObject {
  const workload = cluster.store.get(info.kind, namespaceOf(info), info.name ?? '')
  if (!workload) throw notFound(info.kind, info.name ?? '')
  return workload
}

function scaleOf(workload: ApiObject): ApiObject {
  const { name, namespace = '', uid, resourceVersion, creationTimestamp } = workload.metadata
  const labels = asWorkload(workload).spec.selector?.matchLabels ?? {}
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(workload.spec?.replicas ?? 0) },
    status: {
      replicas: Number(workload.status?.replicas ?? 0),
      selector: Object.entries(labels)
        .map(label => label.join('='))
        .join(','),
    },
  }
}
