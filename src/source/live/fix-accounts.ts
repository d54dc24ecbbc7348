/** Reads the service accounts that a fix may change, and who runs as them. */

import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { controllerKind, KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeServiceAccount } from '../../snapshot/fix-objects.ts'
import { indexOwners } from '../../snapshot/owners.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import type { LabelTest } from '../label-selector.ts'
import { narrowController, narrowSecretList, templateLabels } from '../narrow/controller.ts'
import { managerOf } from '../narrow/marks.ts'
import { narrowTemplateHash } from '../narrow/pod.ts'
import { belongsTo, derivedOwner, type NamedPod, topmostWorkload } from '../ownership.ts'
import { byNamespaceAndName } from '../suspects.ts'
import type { NamespaceScope, SecretOptions } from './fix-objects.ts'
import { readOwners } from './owners.ts'
import type { Reading } from './reading.ts'

/** The pods to fix, if not whole namespaces: the fix is allowed to write only to what these use. */
export interface PodsToFix {
  /** The named pods, and the workloads whose pods are in scope; null if none were named. */
  subjects: readonly ScopeSubject[] | null
  /** Matches the labels of -l; null without -l. */
  selects: LabelTest | null
}

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
  const stuck = new Set(pods.map(pod => `${pod.namespace}/${pod.serviceAccount}`))
  const lacksLogin = ({ imagePullSecrets }: ScopeServiceAccount) =>
    wanted !== null && imagePullSecrets?.some(({ name }) => name === secretName) !== true
  const kept = await bounded(await listAccounts(reading, scope), AT_ONCE, async account => {
    const isStuck = stuck.has(`${account.namespace}/${account.name}`)
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

type AccountObject = NonNullable<(typeof KINDS.ServiceAccount)['model']>

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
    reading.listOrGap(KINDS.ServiceAccount, namespace, { limit: 500 }, keep),
  )
  return found
}

/** Whether pods run as the account; false if they can't be listed, which leaves a gap. */
async function hasPods(reading: Reading, { namespace, name }: ScopeServiceAccount): Promise<boolean> {
  const fieldSelector = `spec.serviceAccountName=${name}`
  let count = 0
  await reading.listOrGap(KINDS.Pod, namespace, { fieldSelector, metadataOnly: true, limit: 500 }, () => {
    count += 1
  })
  return count > 0
}

/** Returns the other workloads whose pods run as the account: they get its pull secrets too. null if the pods can't be listed. */
async function sharersOf(
  reading: Reading,
  account: AccountName,
  podsToFix: PodsToFix,
): Promise<string[] | null> {
  try {
    return sharersAmong(await readUsers(reading, account, podsToFix, UNFINISHED))
  } catch (error) {
    rethrowUnlessApiError(error)
    return null
  }
}

const UNFINISHED = ',status.phase!=Succeeded,status.phase!=Failed'

function sharersAmong(users: readonly AccountUser[]): string[] {
  return [...new Set(users.flatMap(({ workload, isInFix }) => (isInFix ? [] : [workload])))].sort()
}

type AccountName = Pick<ScopeServiceAccount, 'namespace' | 'name'>

/** A pod that runs as a service account. */
interface AccountUser {
  /** Such as `deployment/cart`. */
  workload: string
  isInFix: boolean
}

/**
 * Returns the pods that run as the account.
 * @param fields further field selectors, each after a comma
 * @throws ApiError
 */
async function readUsers(
  reading: Reading,
  { namespace, name }: AccountName,
  { subjects, selects }: PodsToFix,
  fields = '',
): Promise<AccountUser[]> {
  const found: { pod: NamedPod; labels: Record<string, unknown> }[] = []
  const fieldSelector = `spec.serviceAccountName=${name}${fields}`
  await reading.list(KINDS.Pod, namespace, { fieldSelector, metadataOnly: true, limit: 500 }, object => {
    const { metadata } = object
    const controller = narrowController(metadata)
    const pod = { namespace, name: metadata.name, controller, ...narrowTemplateHash(metadata) }
    found.push({ pod, labels: metadata.labels ?? {} })
  })
  // Most names show the controller above a ReplicaSet or a Job; read the others.
  const unclear = found.filter(
    ({ pod }) => ['ReplicaSet', 'Job'].includes(pod.controller?.kind ?? '') && derivedOwner(pod) === null,
  )
  const { links } = await readOwners(
    reading.withOwnGaps(),
    unclear.map(({ pod }) => pod),
  )
  const owners = indexOwners(links)
  const isOfSubject = subjects === null ? () => true : belongsTo(subjects, owners)
  return found.map(({ pod, labels }) => ({
    workload: topmostWorkload(pod, owners) ?? `pod/${pod.name}`,
    isInFix: isOfSubject(pod) && (selects?.(labels) ?? true),
  }))
}

/** Who runs as an account that a saved plan would change. */
export interface AccountUse {
  /** Other workloads that have pods running as it now: `deployment/cart`. */
  sharedWith: string[]
  /** Whether one of the pods that the plan claims to be for runs as it, or did. */
  isInFix: boolean
}

/** Returns who runs as each account. Nothing in the plan file is trusted for this. @throws ApiError if pods can't be listed */
export async function readAccountUses<Account extends AccountName>(
  reading: Reading,
  accounts: readonly Account[],
  podsToFix: PodsToFix,
): Promise<Map<Account, AccountUse>> {
  const found = await bounded(accounts, AT_ONCE, async account => {
    const users = await readUsers(reading, account, podsToFix, UNFINISHED)
    const runs = users.some(({ isInFix }) => isInFix)
    // Pods that have finished are listed only if no other one answers the question.
    const isInFix = runs || (await readUsers(reading, account, podsToFix)).some(user => user.isInFix)
    return [account, { sharedWith: sharersAmong(users), isInFix }] as const
  })
  return new Map(found)
}

/** A workload or pod that a saved plan would change. */
type PlannedObject = AccountName & { apiVersion: string; kind: string }

/** Returns the pods and templates that lack the labels of the pods that the plan claims to be for. @throws ApiError */
export async function readObjectsOutside<Object extends PlannedObject>(
  reading: Reading,
  objects: readonly Object[],
  podsToFix: PodsToFix,
): Promise<Object[]> {
  const outside = await bounded(objects, AT_ONCE, async object =>
    (await belongsToFix(reading, object, podsToFix)) ? [] : [object],
  )
  return outside.flat()
}

async function belongsToFix(reading: Reading, object: PlannedObject, podsToFix: PodsToFix): Promise<boolean> {
  const { namespace, name } = object
  const { selects } = podsToFix
  const kind = controllerKind(object)
  if (selects === null || (kind === null && object.kind !== KINDS.Pod.kind)) return true
  // A missing object is not written to anyway.
  if (kind !== null) {
    const workload = await reading.find(kind, namespace, name)
    return workload === null || selects(templateLabels(workload))
  }
  const pod = await reading.find(KINDS.Pod, namespace, name, { metadataOnly: true })
  return pod === null || selects(pod.metadata.labels ?? {})
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
