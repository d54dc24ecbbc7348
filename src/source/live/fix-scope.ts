/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type {
  FixScope,
  InterruptedPod,
  PodToRestore,
  ScopeNamespace,
  ScopeServiceAccount,
} from '../../snapshot/fix-scope.ts'
import { isForbidden, isNotFound, uniqueGaps } from '../gap.ts'
import { managerOf, narrowSecretList } from '../narrow/workload.ts'
import { byNamespaceAndName } from '../suspects.ts'
import type { FixScopeOptions, NamespaceScope } from './fix-scope-options.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readWorkloads } from './fix-workloads.ts'
import { Reading } from './reading.ts'

/** Reads the scope; what can't be read is a gap. @throws ApiError where even the namespaces can't be read */
export async function readFixScope(
  cluster: ClusterReader,
  options: FixScopeOptions,
): Promise<Omit<FixScope, 'clusterUid'>> {
  const reading = new Reading(cluster, options.signal ? { signal: options.signal } : {})
  const namespaces = await readScopeNamespaces(reading, options)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !reading.gaps.some(({ why }) => why === 'forbidden')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [serviceAccounts, secrets, owners, interruptedPods] = await Promise.all([
    readAccounts(reading, scope, options),
    readSecretsNamed(reading, scope, options),
    readWorkloads(reading, { ...options, pods }),
    stillMissing(reading, options),
  ])
  return { namespaces, serviceAccounts, secrets, ...owners, interruptedPods, gaps: uniqueGaps(reading.gaps) }
}

/** The bare pods deleted by an interrupted fix that do not exist or are still terminating, in namespaces that exist. What can't be read is a gap. @throws ApiError if the server does not answer */
async function stillMissing(
  reading: Reading,
  { interruptedPods: pods, onPodBack }: FixScopeOptions,
): Promise<PodToRestore[]> {
  const missing: PodToRestore[] = []
  for (const pod of pods) {
    try {
      const found = await reading.get(KINDS.Pod, pod.namespace, pod.name)
      const ending = endingOf(found, pod)
      if (ending === null) onPodBack?.(pod, found.metadata.uid)
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending })
    } catch (error) {
      if (!isNotFound(error)) reading.recordGap(error, KINDS.Pod, pod.namespace)
      // A pod whose namespace is deleted need not come back.
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending: null })
    }
  }
  return missing
}

type PodObject = NonNullable<(typeof KINDS.Pod)['model']>

/** Its name may belong to another pod by now; only the deleted pod has to be created again once it has terminated. */
function endingOf({ metadata }: PodObject, { uid }: InterruptedPod): PodToRestore['ending'] {
  const until = metadata.deletionTimestamp
  return until === undefined || (uid !== null && metadata.uid !== uid) ? null : { uid: metadata.uid, until }
}

async function isLive(reading: Reading, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await reading.get(KINDS.Namespace, null, namespace))
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return isForbidden(error)
  }
}

/** The namespaces of the scope that exist, sorted by name. @throws ApiError */
async function readScopeNamespaces(reading: Reading, options: FixScopeOptions): Promise<ScopeNamespace[]> {
  const { namespaces, excluded, pods } = options
  try {
    const found = await namespaceObjects(reading, options)
    return found
      .filter(({ name }) => !excluded.includes(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    // A user who can write in a namespace may not be allowed to read the namespace object.
    if (!isForbidden(error)) throw error
    reading.recordGap(error, KINDS.Namespace, null)
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
}

async function namespaceObjects(
  reading: Reading,
  { namespaces, mayBeGone }: FixScopeOptions,
): Promise<ScopeNamespace[]> {
  const found: ScopeNamespace[] = []
  const keep = (object: NamespaceObject) =>
    found.push({ name: object.metadata.name, terminating: isEnding(object) })
  if (namespaces === null) {
    await reading.list(KINDS.Namespace, null, { limit: 500 }, keep)
    return found
  }
  await bounded(namespaces, AT_ONCE, async name => {
    try {
      keep(await reading.get(KINDS.Namespace, null, name))
    } catch (error) {
      if (!isNotFound(error) || !mayBeGone) throw error
    }
  })
  return found
}

type NamespaceObject = NonNullable<(typeof KINDS.Namespace)['model']>

/** Whether the namespace is terminating, so that nothing can be created in it. */
function isEnding({ metadata, status }: NamespaceObject): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating'
}

/** Service accounts of the scope to which a fix attaches its pull secret: `default`, and others that pods run as. */
async function readAccounts(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  options: FixScopeOptions,
): Promise<ScopeServiceAccount[]> {
  const live = new Set(namespaces)
  const found: ScopeServiceAccount[] = []
  const keep = (object: AccountObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrow(object))
  }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.ServiceAccount, namespace, { limit: 500 }, keep),
  )
  const stuck = new Set(options.pods.map(pod => `${pod.namespace}/${pod.serviceAccount}`))
  const used = await bounded(found, AT_ONCE, async account => {
    const named = account.imagePullSecrets?.some(({ name }) => name === options.secretName)
    if (account.name === 'default' || stuck.has(`${account.namespace}/${account.name}`)) return true
    return !named && options.wanted !== null && (await hasPods(reading, account))
  })
  return found.filter((_, index) => used[index]).sort(byNamespaceAndName)
}

type AccountObject = NonNullable<(typeof KINDS.ServiceAccount)['model']>

async function hasPods(reading: Reading, { namespace, name }: ScopeServiceAccount): Promise<boolean> {
  const fieldSelector = `spec.serviceAccountName=${name}`
  const options = { fieldSelector, metadataOnly: true, limit: 500 }
  return (await reading.list(KINDS.Pod, namespace, options, () => {})).count > 0
}

function narrow(object: AccountObject): ScopeServiceAccount {
  const { namespace, name, uid, resourceVersion } = object.metadata
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    imagePullSecrets: narrowSecretList(object.imagePullSecrets),
    managedBy: managerOf(object),
  }
}
