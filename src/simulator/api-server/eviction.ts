/** pods/eviction: deletes a pod unless a PodDisruptionBudget forbids it (pkg/registry/core/pod/storage/eviction.go). */

import type { Cluster } from '../cluster/cluster.ts'
import { kindNamed } from '../cluster/kinds.ts'
import { type ApiObject, asPod, type JsonObject, type LabelSelector } from '../cluster/objects.ts'
import { badRequest, notFound, preconditionFailed, Refusal } from '../cluster/refusal.ts'
import { isDryRun, parseJson } from './body.ts'
import { selectorMatches } from './selectors.ts'
import type { WriteRequest, Written } from './writing.ts'

interface Eviction {
  metadata?: { name?: string }
  deleteOptions?: {
    preconditions?: { uid?: string; resourceVersion?: string }
    dryRun?: string[]
    gracePeriodSeconds?: number
  }
}

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** Answers a POST of an Eviction. Throws Refusal: 429 if a budget forbids it. */
export function evict(cluster: Cluster, { info, query, body }: WriteRequest): Written {
  const name = info.name ?? ''
  const namespace = info.namespace ?? ''
  const { metadata, deleteOptions = {} } = (parseJson(body) ?? {}) as Eviction
  if (metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object')
  const dryRun = isDryRun([...query.getAll('dryRun'), ...(deleteOptions.dryRun ?? [])], 'CreateOptions')
  const object = cluster.store.get(kindNamed('Pod'), namespace, name)
  if (!object) throw notFound(kindNamed('Pod'), name)
  const budget = isDisruptionFree(object) ? undefined : budgetOf(cluster, object)
  if (budget) spend(cluster, budget, object, dryRun)
  const { preconditions, gracePeriodSeconds } = deleteOptions
  checkUid(object, preconditions?.uid)
  cluster.remove('Pod', namespace, name, {
    dryRun,
    ...preconditions,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
  })
  return { code: 201, body: SUCCESS }
}

function checkUid(pod: ApiObject, uid: string | undefined): void {
  if (!uid || uid === pod.metadata.uid) return
  throw preconditionFailed(
    kindNamed('Pod'),
    pod.metadata.name,
    `the UID in the precondition (${uid}) does not match the UID in record (${pod.metadata.uid}). The object might have been deleted and then recreated`,
  )
}

/** Pods that are not running can be deleted without checking a budget. */
function isDisruptionFree(pod: ApiObject): boolean {
  const phase = asPod(pod).status.phase ?? ''
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || pod.metadata.deletionTimestamp !== undefined
}

function budgetOf(cluster: Cluster, pod: ApiObject): ApiObject | undefined {
  const budgets = cluster.store
    .list(kindNamed('PodDisruptionBudget'), pod.metadata.namespace)
    .filter(budget => selectorMatches(budget.spec?.selector as LabelSelector, pod.metadata.labels))
  if (budgets.length > 1)
    throw new Refusal(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  return budgets[0]
}

const count = (status: JsonObject | undefined, key: string): number => Number(status?.[key] ?? 0)

function spend(cluster: Cluster, budget: ApiObject, pod: ApiObject, dryRun: boolean): void {
  const { status, spec, metadata } = budget
  const ready = asPod(pod).status.conditions?.some(
    ({ type, status: holds }) => type === 'Ready' && holds === 'True',
  )
  const healthy = count(status, 'currentHealthy')
  const needed = count(status, 'desiredHealthy')
  if (!ready && (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (healthy >= needed && needed > 0)))
    return
  if (count(status, 'observedGeneration') < (metadata.generation ?? 0))
    throw overBudget(`The disruption budget ${metadata.name} is still being processed by the server.`, 10)
  if (count(status, 'disruptionsAllowed') === 0)
    throw overBudget(
      `The disruption budget ${metadata.name} needs ${needed} healthy pods and has ${healthy} currently`,
      0,
    )
  if (dryRun) return
  cluster.change('PodDisruptionBudget', metadata.namespace, metadata.name, copy => {
    copy.status = { ...copy.status, disruptionsAllowed: count(status, 'disruptionsAllowed') - 1 }
  })
}

const overBudget = (message: string, retryAfterSeconds: number) =>
  new Refusal(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    },
    retryAfterSeconds > 0 ? { 'retry-after': String(retryAfterSeconds) } : {},
  )
