/**
 * Reads what a fix needs beyond the diagnosis: the namespaces, service accounts, Secrets, and workloads that it is allowed to write to.
 * The content of Secrets never leaves this file.
 */

import {
  PULL_SECRET_TYPE,
  PullSecretContent,
  RUN_ANNOTATION,
} from '../../dockerconfig/pull-secret-content.ts'
import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import { KINDS, type ModelOf } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { byText } from '../../order.ts'
import type {
  FixObjects,
  InterruptedPod,
  MadeSecret,
  PodToRestore,
  ScopeNamespace,
  ScopeSecret,
  ScopeServiceAccount,
} from '../../snapshot/fix-objects.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { uniqueGaps } from '../../snapshot/snapshot.ts'
import { narrowSecretList } from '../narrow/controller.ts'
import { managerOf } from '../narrow/marks.ts'
import { byNamespaceAndName } from '../suspects.ts'
import { readWorkloads, type WorkloadOptions } from './fix-workloads.ts'
import { type PodsToFix, sharersOf } from './pods-to-fix.ts'
import { fieldValue, type Reading } from './reading.ts'

export interface FixObjectsOptions extends AccountOptions, SecretOptions, WorkloadOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  /** The namespaces come from the snapshot, so one can have been deleted since. Otherwise, a missing namespace is an error. */
  mayBeGone?: boolean
  excluded: string[]
  /** Bare pods that an interrupted fix of this scope deleted. */
  interruptedPods: InterruptedPod[]
}

/** A bare pod that an interrupted fix deleted and that exists again, with its current uid. */
export type PodBack = [pod: InterruptedPod, uid: string]

/** Reads the scope; all gaps of the reading belong to it. @throws ApiError if not even the namespaces can be read */
export async function readFixObjects(
  reading: Reading,
  options: FixObjectsOptions,
): Promise<Omit<FixObjects, 'clusterUid'> & { podsBack: PodBack[] }> {
  const namespaces = await readScopeNamespaces(reading, options)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !reading.gaps.some(({ why }) => why === 'forbidden')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [serviceAccounts, secrets, owners, [interruptedPods, podsBack]] = await Promise.all([
    readAccounts(reading, scope, options),
    readSecretsNamed(reading, scope, options),
    readWorkloads(reading, { ...options, pods }),
    findInterrupted(reading, options.interruptedPods),
  ])
  const gaps = uniqueGaps(reading.gaps)
  return { namespaces, serviceAccounts, secrets, ...owners, interruptedPods, podsBack, gaps }
}

/**
 * Returns the bare pods deleted by an interrupted fix that don't exist or are still terminating, in namespaces that exist, and those that
 * exist again. What can't be read is a gap. @throws UnreachableError if the server does not answer; ApiError
 */
async function findInterrupted(
  reading: Reading,
  pods: InterruptedPod[],
): Promise<[missing: PodToRestore[], back: PodBack[]]> {
  const missing: PodToRestore[] = []
  const back: PodBack[] = []
  for (const pod of pods) {
    try {
      const found = await reading.get(KINDS.Pod, pod.namespace, pod.name)
      const ending = endingOf(found, pod)
      if (ending === null) back.push([pod, found.metadata.uid])
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending })
    } catch (error) {
      if (!isNotFound(error)) reading.recordGap(error, KINDS.Pod, pod.namespace)
      // A pod whose namespace was deleted need not be re-created.
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending: null })
    }
  }
  return [missing, back]
}

type PodObject = ModelOf<typeof KINDS.Pod>

/** Another pod can have the name by now. Only the deleted pod itself has to be re-created, once it has terminated. */
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

/** Returns the existing namespaces of the scope, sorted by name. @throws ApiError */
async function readScopeNamespaces(reading: Reading, options: FixObjectsOptions): Promise<ScopeNamespace[]> {
  const { namespaces, excluded, pods } = options
  try {
    const found = await namespaceObjects(reading, options)
    return found.filter(({ name }) => !excluded.includes(name)).sort(byText(({ name }) => name))
  } catch (error) {
    // A user who can write in a namespace may not be allowed to read the namespace object, which only shows whether it is terminating.
    if (!isForbidden(error)) throw error
    if (namespaces === null) reading.recordGap(error, KINDS.Namespace, null)
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
}

async function namespaceObjects(
  reading: Reading,
  { namespaces, mayBeGone }: FixObjectsOptions,
): Promise<ScopeNamespace[]> {
  const found: ScopeNamespace[] = []
  const keep = (object: NamespaceObject) =>
    found.push({ name: object.metadata.name, terminating: isEnding(object) })
  if (namespaces === null) {
    await reading.list(KINDS.Namespace, null, {}, keep)
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

type NamespaceObject = ModelOf<typeof KINDS.Namespace>

/** Whether the namespace is terminating, so that nothing can be created in it. */
function isEnding({ metadata, status }: NamespaceObject): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating'
}

/** The live namespaces, and whether one list of the whole cluster can replace one per namespace. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}

interface SecretOptions {
  /** The name of the Secret. */
  secretName: string
  /** Its intended content; null if no login is distributed. */
  wanted: PullSecretContent | null
  /** Secrets that earlier runs created. */
  madeSecrets?: readonly MadeSecret[]
}

/** Returns the existing Secrets with the name, at most one per namespace. */
export async function readSecretsNamed(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  { secretName, wanted, madeSecrets = [] }: SecretOptions,
): Promise<ScopeSecret[]> {
  const found: ScopeSecret[] = []
  const live = new Set(namespaces)
  const keep = (object: SecretObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrowSecret(object, wanted, madeSecrets))
  }
  const options = { fieldSelector: `metadata.name=${fieldValue(secretName)}` }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.Secret, namespace, options, keep),
  )
  return found
}

type SecretObject = ModelOf<typeof KINDS.Secret>

function narrowSecret(
  object: SecretObject,
  wanted: PullSecretContent | null,
  madeSecrets: readonly MadeSecret[],
): ScopeSecret {
  const { namespace, name, uid } = object.metadata
  const type = object.type ?? null
  const stored = PullSecretContent.inSecret(object)
  const usable = type === PULL_SECRET_TYPE
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours: madeSecrets.some(made => isMade(object, made)),
    served: usable && wanted !== null ? stored.servedKeys(wanted) : [],
    keys: stored.keys,
    managedBy: managerOf(object),
  }
}

function isMade({ metadata }: SecretObject, { run, namespace, name, uid }: MadeSecret): boolean {
  if (metadata.namespace !== namespace || metadata.name !== name) return false
  return uid === null ? metadata.annotations?.[RUN_ANNOTATION] === run : metadata.uid === uid
}

interface AccountOptions extends Pick<SecretOptions, 'secretName' | 'wanted'> {
  /** Stuck pods. */
  pods: Pod[]
  /** null: everything in these namespaces is in scope. */
  podsToFix?: PodsToFix | null
}

/**
 * Returns the service accounts in scope to which a fix attaches its pull secret: `default` and others that pods run as; if only some pods
 * are in scope, only the accounts of those.
 */
async function readAccounts(
  reading: Reading,
  scope: NamespaceScope,
  { pods, podsToFix = null, secretName, wanted }: AccountOptions,
): Promise<ScopeServiceAccount[]> {
  const stuck = new Set(pods.map(pod => objectKey(pod.namespace, pod.serviceAccount)))
  const lacksLogin = ({ imagePullSecrets }: ScopeServiceAccount) =>
    wanted !== null && imagePullSecrets?.some(({ name }) => name === secretName) !== true
  const kept = await bounded(await listAccounts(reading, scope), AT_ONCE, async account => {
    const isStuck = stuck.has(objectKey(account.namespace, account.name))
    if (podsToFix !== null) {
      if (!isStuck) return null
      return lacksLogin(account)
        ? { ...account, sharedWith: await sharersOf(reading, account, podsToFix) }
        : account
    }
    const isUsed = isStuck || account.name === 'default'
    return isUsed || (lacksLogin(account) && (await hasPods(reading, account))) ? account : null
  })
  return kept.filter(account => account !== null).sort(byNamespaceAndName)
}

type AccountObject = ModelOf<typeof KINDS.ServiceAccount>

async function listAccounts(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
): Promise<ScopeServiceAccount[]> {
  const live = new Set(namespaces)
  const found: ScopeServiceAccount[] = []
  const keep = (object: AccountObject) => {
    if (live.has(object.metadata.namespace)) found.push(narrowAccount(object))
  }
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(KINDS.ServiceAccount, namespace, {}, keep),
  )
  return found
}

/** Whether pods run as the account; false if they can't be listed, which leaves a gap. */
async function hasPods(reading: Reading, { namespace, name }: ScopeServiceAccount): Promise<boolean> {
  const fieldSelector = `spec.serviceAccountName=${name}`
  let count = 0
  await reading.listOrGap(KINDS.Pod, namespace, { fieldSelector, metadataOnly: true }, () => {
    count += 1
  })
  return count > 0
}

function narrowAccount(object: AccountObject): ScopeServiceAccount {
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
