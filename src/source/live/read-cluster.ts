/** Takes a snapshot of a live cluster, read-only. Every request that fails becomes a gap or an error, never a short list. */

import { isForbidden } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { bounded } from '../../network/bounded.ts'
import { byNamespaceAndName, keyOf, objectKey } from '../../snapshot/object-key.ts'
import { indexOwners, templateSecrets } from '../../snapshot/owners.ts'
import type { OwnedPod, Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import { type OwnerLink, type ScopeSubject, type Snapshot, uniqueGaps } from '../../snapshot/snapshot.ts'
import { selectorOf } from '../label-selector.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { markReportedMissing } from '../narrow/related-objects.ts'
import { belongsTo } from '../ownership.ts'
import { isNamed, ofSubjects, pickSuspects, type Scope, statedScope } from '../suspects.ts'
import { assertExists, listNamespaces } from './namespaces.ts'
import { readPodsIn, type ScopePods } from './pods.ts'
import { readDetails } from './read-details.ts'
import { type Owners, readOwners } from './read-owners.ts'
import { type ReadCounts, Reading } from './reading.ts'
import { readRelatedObjects, type VisitPullSecret } from './related-objects.ts'
import { withMakers } from './secret-makers.ts'
import { readHeldImages } from './siblings.ts'
import { readPod, readSubjects, type SubjectPods } from './subjects.ts'

export interface ClusterOptions {
  /** ISO 8601. */
  takenAt: string
  onProgress?: (progress: ReadCounts) => void
  /** Receives each pull secret as the server sent it, with its content: never print it. */
  onPullSecret?: VisitPullSecret
  signal?: AbortSignal
}

/**
 * Reads the failing pods in scope, their events, and the objects they reference. `scope.pod` is read even if healthy; if it is forbidden,
 * there are no pods.
 * @throws ApiError if no pods can be read at all; UsageError for a namespace or pod that does not exist
 */
export async function readCluster(
  cluster: ClusterReader,
  scope: Scope,
  options: ClusterOptions,
): Promise<Snapshot> {
  return (await readSnapshot(cluster, scope, options, false)).snapshot
}

/** Like `readCluster`. Also returns the controllers above the failing pods in full, so that they need not be read again. */
export async function readClusterWithControllers(
  cluster: ClusterReader,
  scope: Scope,
  options: ClusterOptions,
): Promise<{ snapshot: Snapshot; controllers: Owners['objects'] }> {
  return readSnapshot(cluster, scope, options, true)
}

async function readSnapshot(
  cluster: ClusterReader,
  scope: Scope,
  options: ClusterOptions,
  controllersInFull: boolean,
): Promise<{ snapshot: Snapshot; controllers: Owners['objects'] }> {
  const { takenAt, onPullSecret, ...watching } = options
  const { labelSelector, excluded = [] } = scope
  const reading = new Reading(cluster, {
    ...watching,
    takenAt,
    excluded,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  })
  const found = await readScope(reading, scope)
  const { subjects, isExact = true } = found
  const { failing, ...suspects } = pickSuspects(found, { takenAt, isNamed: isNamed(scope, subjects) })
  const [{ objects, links }, related, held] = await Promise.all([
    readOwnersWithRevisions(reading, failing, controllersInFull),
    readRelatedObjects(reading, failing, onPullSecret),
    readHeldImages(reading, failing),
  ])
  const [dropped, pullSecrets] = await Promise.all([
    readDroppedSecrets(reading, failing, links, related.pullSecrets),
    withMakers(reading, related.pullSecrets),
  ])
  const { pods, events } =
    subjects === undefined ? suspects : ofSubjects(suspects, belongsTo(subjects, indexOwners(links)))
  const snapshot: Snapshot = {
    takenAt,
    source: reading.source,
    scope: statedScope(subjects ? { ...scope, namespaces: namespacesOf(subjects) } : scope, subjects),
    podCount: isExact ? found.count : pods.length,
    pods,
    events,
    ...related,
    owners: links.sort(byNamespaceAndName),
    pullSecrets: markReportedMissing(pullSecrets, events),
    ...(dropped.length > 0 && { elsewhere: { pullSecrets: dropped, serviceAccounts: [] } }),
    ...held,
    imageChecks: [],
    gaps: uniqueGaps(reading.gaps),
  }
  return { snapshot, controllers: objects }
}

/** Each costs a request, which only adds a hint; if more were dropped, the reason is the same. */
const MAX_DROPPED = 32

/**
 * Returns the pull secrets that a template names and its pod does not, because something replaced the list when the pod was created. One
 * that can't be read is not a gap.
 */
async function readDroppedSecrets(
  reading: Reading,
  pods: Pod[],
  owners: OwnerLink[],
  read: PullSecret[],
): Promise<PullSecret[]> {
  if (!owners.some(({ template }) => template !== undefined && template.pullSecrets.length > 0)) return []
  const index = indexOwners(owners)
  const known = new Set(read.map(keyOf))
  const dropped = new Map<string, Pick<PullSecret, 'namespace' | 'name'>>()
  for (const pod of pods) {
    const { namespace, pullSecrets } = pod
    for (const name of templateSecrets(pod, index) ?? []) {
      const key = objectKey(namespace, name)
      if (!pullSecrets.includes(name) && !known.has(key)) dropped.set(key, { namespace, name })
    }
  }
  const secrets = await readDetails(
    [...dropped.values()].slice(0, MAX_DROPPED),
    async ({ namespace, name }) => narrowPullSecret(await reading.get(KINDS.Secret, namespace, name)),
  )
  return secrets.filter(secret => secret !== null).sort(byNamespaceAndName)
}

function readScope(
  reading: Reading,
  { namespaces, excluded, pod, subjects, mayBeGone }: Scope,
): Promise<ScopePods & Partial<SubjectPods>> {
  if (subjects !== undefined) return readSubjects(reading, subjects, mayBeGone)
  if (pod !== undefined) return readPod(reading, namespaces?.[0] ?? reading.namespace, pod)
  return namespaces === null ? readEverywhere(reading, excluded) : readNamespaces(reading, namespaces)
}

/** Limited because each namespace takes several requests. */
const NAMESPACES_AT_ONCE = 6

/**
 * Reads all namespaces but the excluded ones. Without permission for all at once, reads those that are allowed; the others are gaps.
 * @throws ApiError
 */
async function readEverywhere(reading: Reading, excluded: readonly string[] = []): Promise<ScopePods> {
  try {
    return await readPodsIn(reading, null)
  } catch (error) {
    if (!isForbidden(error)) throw error
    const names = await listNamespaces(reading)
    return readNamespaces(
      reading,
      names.filter(name => !excluded.includes(name)),
      true,
    )
  }
}

/**
 * Reads namespaces one by one. A forbidden one is a gap; if all failed, and not all for lack of permission, the first other error is
 * thrown. @throws ApiError, UsageError for a namespace that does not exist
 */
async function readNamespaces(reading: Reading, namespaces: string[], listed = false): Promise<ScopePods> {
  const failures: unknown[] = []
  const scopes = await bounded(namespaces, NAMESPACES_AT_ONCE, async namespace => {
    try {
      const found = await readPodsIn(reading, namespace)
      if (found.count === 0 && !listed) await assertExists(reading, namespace)
      return [found]
    } catch (error) {
      reading.recordGap(error, KINDS.Pod, namespace)
      failures.push(error)
      return []
    } finally {
      reading.countNamespace()
    }
  })
  const unexpected = failures.find(error => !isForbidden(error))
  if (failures.length === namespaces.length && unexpected !== undefined) throw unexpected
  const found = scopes.flat()
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    pods: found.flatMap(({ pods }) => pods),
    events: found.flatMap(({ events }) => events),
  }
}

function namespacesOf(subjects: readonly ScopeSubject[]): string[] {
  return [...new Set(subjects.flatMap(({ namespace }) => namespace ?? []))].sort()
}

/** Each costs up to two requests, which only add a step; if more fail, the cause is hardly one rollout. */
const MAX_DEPLOYMENTS = 16

/**
 * Like `readOwners`, with the revisions of the Deployments that have pods: an older one that still serves is one to roll back to, and each
 * shows what its pods were made from. Those that can't be read are not a gap: the failing pods are known without them.
 */
async function readOwnersWithRevisions(reading: Reading, pods: OwnedPod[], inFull: boolean): Promise<Owners> {
  const { links, objects } = await readOwners(reading, pods, inFull)
  const deployments = links.filter(({ kind }) => kind === 'Deployment')
  if (deployments.length > MAX_DEPLOYMENTS) return { links, objects }
  const revisions = await readDetails(deployments, deployment => readRevisions(reading, deployment, objects))
  const byUid = new Map([...links, ...revisions.flat()].map(link => [link.uid, link]))
  return { links: [...byUid.values()], objects }
}

/** Returns the Deployment whole, which shows what its newest pods are made from, and its ReplicaSets that have pods. */
async function readRevisions(
  reading: Reading,
  { namespace, name, uid }: OwnerLink,
  objects: Owners['objects'],
): Promise<OwnerLink[]> {
  const deployment = objects.get(uid) ?? (await reading.get(KINDS.Deployment, namespace, name))
  const labelSelector = selectorOf('Deployment', deployment.spec)
  const whole = narrowOwner(deployment, 'Deployment')
  // Another Deployment may have that name by now.
  const own = whole?.uid === uid ? [whole] : []
  if (labelSelector === null) return own
  const revisions = await reading.listed(KINDS.ReplicaSet, namespace, { labelSelector }, raw => {
    const link = narrowOwner(raw, 'ReplicaSet')
    return link?.revision !== undefined && link.controller?.uid === uid ? link : null
  })
  return [...own, ...revisions]
}
