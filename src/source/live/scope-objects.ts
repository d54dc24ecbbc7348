/**
 * Reads the service accounts to which a fix of this scope attaches its pull secret, and the Secrets that have that secret's name already.
 * The content of Secrets never leaves this file.
 */

import {
  PULL_SECRET_TYPE,
  PullSecretContent,
  RUN_ANNOTATION,
} from '../../dockerconfig/pull-secret-content.ts'
import { KINDS, type Kind, type ModelOf } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { MadeSecret, ScopeSecret, ScopeServiceAccount } from '../../snapshot/fix-objects.ts'
import { byNamespaceAndName, keyOf, objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { managerOf } from '../narrow/managers.ts'
import { narrowSecretList } from '../narrow/workload-to-fix.ts'
import { type PodsToFix, sharersOf } from './pods-to-fix.ts'
import { fieldValue, type Reading } from './reading.ts'

export interface AccountOptions extends Pick<SecretOptions, 'secretName' | 'wanted'> {
  /** Stuck pods. */
  pods: Pod[]
  /** null: everything in these namespaces is in scope. */
  podsToFix?: PodsToFix | null
}

/**
 * Returns the service accounts in scope to which a fix attaches its pull secret: `default` and others that pods run as; if only some pods
 * are in scope, only the accounts of those.
 */
export async function readAccounts(
  reading: Reading,
  scope: NamespaceScope,
  { pods, podsToFix = null, secretName, wanted }: AccountOptions,
): Promise<ScopeServiceAccount[]> {
  const stuck = new Set(pods.map(pod => objectKey(pod.namespace, pod.serviceAccount)))
  const lacksLogin = ({ imagePullSecrets }: ScopeServiceAccount) =>
    wanted !== null && imagePullSecrets?.some(({ name }) => name === secretName) !== true
  const accounts = await listIn(reading, scope, { kind: KINDS.ServiceAccount }, narrowAccount)
  const kept = await bounded(accounts, AT_ONCE, async account => {
    const isStuck = stuck.has(keyOf(account))
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

/** Returns what is in the live namespaces. A list that can't be read leaves a gap. */
async function listIn<Object extends SecretObject | AccountObject, Narrow>(
  reading: Reading,
  { namespaces, wide }: NamespaceScope,
  { kind, ...options }: { kind: Kind<Object>; fieldSelector?: string },
  narrow: (object: Object) => Narrow,
): Promise<Narrow[]> {
  const live = new Set(namespaces)
  const found: Narrow[] = []
  await bounded(wide ? [null] : namespaces, AT_ONCE, namespace =>
    reading.listOrGap(kind, namespace, options, object => {
      if (live.has(object.metadata.namespace)) found.push(narrow(object))
    }),
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
    ...endingMark(object),
  }
}

/** What is written to an object that is being deleted is lost with it. */
function endingMark({ metadata }: SecretObject | AccountObject): { ending?: true } {
  return metadata.deletionTimestamp === undefined ? {} : { ending: true }
}

/** The live namespaces, and whether one list of the whole cluster can replace one per namespace. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}

export interface SecretOptions {
  /** The name of the Secret. */
  secretName: string
  /** Its intended content; null if no login is distributed. */
  wanted: PullSecretContent | null
  /** Secrets that earlier runs created. */
  madeSecrets?: readonly MadeSecret[]
}

/** Returns the existing Secrets with the name, at most one per namespace. */
export function readSecretsNamed(
  reading: Reading,
  scope: NamespaceScope,
  { secretName, wanted, madeSecrets = [] }: SecretOptions,
): Promise<ScopeSecret[]> {
  const listing = { kind: KINDS.Secret, fieldSelector: `metadata.name=${fieldValue(secretName)}` }
  return listIn(reading, scope, listing, object => narrowSecret(object, wanted, madeSecrets))
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
  const ours = madeSecrets.some(made => isMade(object, made))
  const replaced = usable && wanted !== null ? stored.replacedBy(wanted, ours) : []
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours,
    served: usable && wanted !== null ? stored.servedKeys(wanted) : [],
    keys: stored.keys,
    ...(replaced.length > 0 && { replaced }),
    managedBy: managerOf(object),
    ...endingMark(object),
  }
}

function isMade({ metadata }: SecretObject, { run, namespace, name, uid }: MadeSecret): boolean {
  if (metadata.namespace !== namespace || metadata.name !== name) return false
  return uid === null ? metadata.annotations?.[RUN_ANNOTATION] === run : metadata.uid === uid
}
