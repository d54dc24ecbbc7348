/** The pods to fix, if not whole namespaces: who else runs as their service accounts, and which planned objects are not theirs. */

import { present } from '../../json/json-object.ts'
import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { controllerKind, KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeServiceAccount } from '../../snapshot/fix-objects.ts'
import { indexOwners } from '../../snapshot/owners.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import type { LabelTest } from '../label-selector.ts'
import { narrowController } from '../narrow/controller.ts'
import { templateHash } from '../narrow/marks.ts'
import { templateLabels } from '../narrow/workload-to-fix.ts'
import { belongsTo, derivedOwner, type NamedPod, topmostWorkload } from '../ownership.ts'
import { readOwners } from './read-owners.ts'
import type { Reading } from './reading.ts'

/** The pods to fix, if not whole namespaces: the fix is allowed to write only to what these use. */
export interface PodsToFix {
  /** The named pods, and the workloads whose pods are in scope; null if none were named. */
  subjects: readonly ScopeSubject[] | null
  /** Matches the labels of -l; null without -l. */
  selects: LabelTest | null
}

/** Returns the other workloads whose pods run as the account: they get its pull secrets too. null if the pods can't be listed. */
export async function sharersOf(
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
  const options = { fieldSelector: `spec.serviceAccountName=${name}${fields}`, metadataOnly: true }
  const found = await reading.listed(KINDS.Pod, namespace, options, ({ metadata }) => {
    const hash = present({ templateHash: templateHash(metadata) })
    const pod: NamedPod = { namespace, name: metadata.name, controller: narrowController(metadata), ...hash }
    return { pod, labels: metadata.labels ?? {} }
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
interface AccountUse {
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
