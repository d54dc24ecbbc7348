/** DaemonSets: a pod on every node. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload, type Draft } from '../cluster/objects.ts'
import { activePods, createPod, isReady, readyCount, templateHash, writeStatus } from './owned-pods.ts'

const REVISION = 'controller-revision-hash'

/** One pass over one DaemonSet; ready pods of an old template are replaced one at a time, others at once. */
export function reconcileDaemonSet(cluster: Cluster, set: ApiObject): void {
  const revision = templateHash(set)
  const { updateStrategy, template } = asWorkload(set).spec
  const selector = Object.entries((template.spec.nodeSelector ?? {}) as Record<string, string>)
  const nodes = cluster
    .list('Node')
    .filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value))
    .map(({ metadata }) => metadata.name)
  keepRevision(cluster, set, revision)
  const pods = activePods(cluster, set)
  for (const node of nodes) {
    if (pods.some(pod => nodeOf(pod.spec) === node)) continue
    createOn(cluster, set, node, revision)
  }
  const old = pods.filter(({ metadata }) => metadata.labels?.[REVISION] !== revision)
  if ((updateStrategy as { type?: string } | undefined)?.type !== 'OnDelete') {
    const broken = old.filter(pod => !isReady(pod))
    const allReady = pods.length === nodes.length && pods.every(isReady)
    for (const { metadata } of [...broken, ...(allReady ? old.slice(0, 1) : [])])
      cluster.remove('Pod', metadata.namespace, metadata.name)
  }
  const ready = readyCount(pods)
  writeStatus(cluster, set, {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready || undefined,
    numberUnavailable: nodes.length - ready || undefined,
    updatedNumberScheduled: pods.length - old.length || undefined,
  })
}

/** Keeps one ControllerRevision for each template; if a template returns, its revision gets the highest number again. */
function keepRevision(cluster: Cluster, set: ApiObject, hash: string): void {
  const { namespace, name, uid } = set.metadata
  const own = cluster
    .list('ControllerRevision', namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some(owner => owner.uid === uid))
  const newest = Math.max(0, ...own.map(({ revision }) => Number(revision)))
  const known = own.find(({ metadata }) => metadata.labels?.[REVISION] === hash)
  if (known === undefined) {
    const { template } = asWorkload(set).spec
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    }
    cluster.add({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        ...{ name: `${name}-${hash}`, labels: { ...template.metadata?.labels, [REVISION]: hash } },
        ...(namespace !== undefined && { namespace }),
        ownerReferences: [owner],
      },
      data: { spec: { template: { ...template, $patch: 'replace' } } },
      revision: newest + 1,
    } as unknown as Draft)
    return
  }
  if (Number(known.revision) === newest) return
  cluster.change('ControllerRevision', namespace, known.metadata.name, copy => {
    Object.assign(copy, { revision: newest + 1 })
  })
}

interface PinnedSpec {
  nodeName?: string
  affinity?: unknown
}

/** The node that runs the pod, or that the affinity written by the DaemonSet controller selects. */
export function nodeOf({ nodeName, affinity }: PinnedSpec): string | undefined {
  if (nodeName) return nodeName
  return /"key":"metadata.name","operator":"In","values":\["([^"]+)"\]/.exec(
    JSON.stringify(affinity ?? {}),
  )?.[1]
}

function createOn(cluster: Cluster, set: ApiObject, node: string, revision: string): void {
  const { template } = asWorkload(set).spec
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  }
  const pinned = {
    ...set,
    spec: { ...set.spec, template: { ...template, spec: { ...template.spec, affinity } } },
  }
  createPod(cluster, pinned as unknown as ApiObject, {
    generateName: `${set.metadata.name}-`,
    labels: { [REVISION]: revision },
  })
}
