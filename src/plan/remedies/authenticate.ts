/**
 * On unless `--no-authenticate`: a pull secret with the logins that each namespace needs, and its name on the service accounts that pods
 * run as.
 */

import { PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { DOCKER_HUB, DOCKER_HUB_KEY } from '../../image/docker-hub.ts'
import type { ScopeSecret, ScopeServiceAccount } from '../../snapshot/fix-objects.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Change, PatchServiceAccount, SecretChange, Target } from '../change.ts'
import { keysFor } from '../needed-logins.ts'
import { patchOf } from '../patch.ts'
import { type Declined, isNarrowed } from '../plan.ts'
import type { PlanInput } from '../plan-input.ts'
import { type AttachedSecrets, isOutgoing, ownList, type StuckPod } from '../stuck-pod.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const authenticate: RemedyRules = {
  flag: { takes: 'refusal' },
  containers: null,
}

/** Plans Secrets and service accounts for every live namespace in scope. */
export function attachCredentials(input: PlanInput, stuck: StuckPod[]): AttachedSecrets {
  const attached: AttachedSecrets = {
    changes: [],
    declined: [],
    secrets: new Map(),
    serviceAccounts: new Map(),
  }
  if (!input.remedies.has('authenticate') || input.credentials.length === 0) return attached
  for (const namespace of input.fixObjects.namespaces) {
    if (namespace.terminating) {
      attached.declined.push({ code: 'terminating-namespace', namespace: namespace.name })
    } else if (planSecret(namespace.name, input, attached)) {
      planServiceAccounts(namespace.name, input, { stuck, attached })
    }
  }
  return attached
}

/** @returns whether the namespace has, or will have, the Secret */
function planSecret(namespace: string, input: PlanInput, attached: AttachedSecrets): boolean {
  const existing = input.fixObjects.secrets.find(secret => secret.namespace === namespace)
  const keys = keysFor(namespace, input)
  if (keys.length === 0) return false
  if (existing && !existing.ending && hasKeys(existing, keys)) {
    attached.secrets.set(namespace, null)
    return true
  }
  if (existing) {
    const obstacle = obstacleIn(existing, input)
    if (obstacle) {
      attached.declined.push(obstacle)
      return false
    }
  }
  const change = secretChange(namespace, existing, keys, input)
  if (!admit(change, input, attached)) return false
  attached.secrets.set(namespace, change.id)
  return true
}

/** Why an existing Secret can't be written to; null if it can. A Secret's type is immutable. */
function obstacleIn(existing: ScopeSecret, input: PlanInput): Declined | null {
  const target = secretTarget(existing.namespace, existing.name, existing)
  if (existing.ending) return { code: 'ending-object', target }
  const isManaged = existing.managedBy !== null && !input.allowManaged
  const mayWrite = (existing.ours || input.overwriteSecret) && !isManaged
  const foreign: Declined = {
    code: 'foreign-secret',
    target,
    type: existing.type,
    owner: existing.managedBy,
  }
  if (existing.type !== PULL_SECRET_TYPE) return foreign
  // Not even --overwrite-secret could write to it.
  if (existing.immutable) return { code: 'immutable-secret', target }
  return mayWrite ? null : foreign
}

function secretChange(
  namespace: string,
  existing: ScopeSecret | undefined,
  keys: string[],
  input: PlanInput,
): SecretChange {
  const base = {
    target: secretTarget(namespace, input.secretName, existing),
    needs: [],
    managedBy: existing?.managedBy ?? null,
    reason: {
      code: 'credential-needed' as const,
      registries: input.credentials.filter(({ key }) => keys.includes(key)).map(({ registry }) => registry),
    },
    keys,
  }
  const id = `secret:${namespace}/${input.secretName}`
  if (existing === undefined) return { ...base, id, action: 'create-secret' }
  const { ours, replaced = [] } = existing
  const written = keys.includes(DOCKER_HUB_KEY) ? [...keys, DOCKER_HUB] : keys
  // Whatever is written, an entry that the kubelet can't read is dropped.
  const replaces = replaced.filter(({ key, username }) => username === null || written.includes(key))
  return { ...base, id, action: 'update-secret', ours, ...(replaces.length > 0 && { replaces }) }
}

function secretTarget(namespace: string, name: string, existing: ScopeSecret | undefined): Target {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name, uid: existing?.uid ?? null }
}

function planServiceAccounts(
  namespace: string,
  input: PlanInput,
  { stuck, attached }: { stuck: StuckPod[]; attached: AttachedSecrets },
): void {
  const own = input.fixObjects.serviceAccounts.filter(account => account.namespace === namespace)
  const accounts = isNarrowed(input.scope)
    ? own.filter(account => stuck.some(entry => getsItFrom(account, entry, input)))
    : own
  for (const account of accounts) {
    const key = objectKey(namespace, account.name)
    if (account.imagePullSecrets?.some(entry => entry.name === input.secretName)) {
      attached.serviceAccounts.set(key, null)
      continue
    }
    if (account.ending) {
      const { name, uid } = account
      const target = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name, uid }
      attached.declined.push({ code: 'ending-object', target })
      continue
    }
    const change = accountChange(account, input.secretName, attached.secrets.get(namespace) ?? null)
    if (admit(change, input, attached)) attached.serviceAccounts.set(key, change.id)
  }
  const gap = accountGap(namespace, input)
  if (gap === undefined) return
  const target = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, uid: null }
  for (const name of accountsWanted(namespace, input, stuck)) {
    const isRead = own.some(account => account.name === name)
    if (!isRead) attached.declined.push({ code: 'unread-account', target: { ...target, name }, gap })
  }
}

/** Why the namespace's service accounts could not be read, or not all of them; undefined if they were. */
function accountGap(namespace: string, { fixObjects }: PlanInput): Gap | undefined {
  return fixObjects.gaps.find(
    gap => gap.what === 'serviceaccounts' && (gap.namespace === null || gap.namespace === namespace),
  )
}

/** The names of the accounts that would get the login, as far as they are known without reading any account. */
function accountsWanted(namespace: string, input: PlanInput, stuck: StuckPod[]): Set<string> {
  const used = stuck.flatMap(entry => {
    const { serviceAccount: name } = entry.pod
    return getsItFrom({ namespace, name }, entry, input) ? [name] : []
  })
  return new Set([...(isNarrowed(input.scope) ? [] : ['default']), ...used])
}

/**
 * The changes without new Secrets that nothing would use because their namespace's service accounts could not be read or are being deleted:
 * they would only spread the login.
 */
export function withoutUnusedSecrets(changes: Change[], declined: Declined[], input: PlanInput): Change[] {
  // What a manager has to change will use the Secret once the manager has changed it.
  const managed = declined.flatMap(one => (one.code === 'managed' ? [one.change] : []))
  const needed = new Set([...changes, ...managed].flatMap(({ needs }) => needs))
  const isEnding = (namespace: string) =>
    declined.some(one => one.code === 'ending-object' && one.target.namespace === namespace)
  return changes.filter(
    ({ id, action, target: { namespace } }) =>
      action !== 'create-secret' ||
      needed.has(id) ||
      (accountGap(namespace, input) === undefined && !isEnding(namespace)) ||
      isNamed(namespace, input),
  )
}

/** Whether something in the namespace already names the Secret that does not exist yet. */
function isNamed(namespace: string, { fixObjects, snapshot, secretName }: PlanInput): boolean {
  const lists = [...fixObjects.serviceAccounts, ...fixObjects.workloads].filter(
    object => object.namespace === namespace,
  )
  return (
    lists.some(({ imagePullSecrets }) => imagePullSecrets?.some(({ name }) => name === secretName)) ||
    snapshot.pods.some(pod => pod.namespace === namespace && pod.pullSecrets.includes(secretName))
  )
}

/** Whether the pod's replacement would get a login that it needs from the account; false if its template has its own list. */
function getsItFrom(
  { namespace, name }: Pick<ScopeServiceAccount, 'namespace' | 'name'>,
  { pod, helped, workload }: StuckPod,
  input: PlanInput,
): boolean {
  if (pod.namespace !== namespace || pod.serviceAccount !== name || helped.length === 0) return false
  if (pod.controller === null) return pod.pullSecrets.length === 0
  return workload === null || (ownList(input, pod, workload) === null && !isOutgoing(input, pod))
}

function accountChange(
  account: ScopeServiceAccount,
  entry: string,
  secret: string | null,
): PatchServiceAccount {
  const { namespace, name, uid, resourceVersion, managedBy, sharedWith } = account
  const reason = { code: name === 'default' ? ('attach-default' as const) : ('attach-used' as const) }
  const edit = {
    field: 'imagePullSecrets' as const,
    pointer: '/imagePullSecrets',
    before: account.imagePullSecrets,
    entry,
    reason,
  }
  return {
    id: `serviceaccount:${namespace}/${name}`,
    action: 'patch-serviceaccount',
    target: { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name, uid },
    needs: secret === null ? [] : [secret],
    managedBy,
    reason,
    edits: [edit],
    patch: patchOf(uid, resourceVersion, [edit]),
    ...(sharedWith === undefined ? {} : { sharedWith }),
  }
}

/** Adds the change to the plan, or declines it if a manager owns the object and would revert the change. @returns whether it was added */
export function admit<Planned extends Change>(
  change: Planned,
  input: PlanInput,
  into: { changes: Planned[]; declined: Declined[] },
): boolean {
  if (change.managedBy !== null && !input.allowManaged) {
    into.declined.push({ code: 'managed', change })
    return false
  }
  into.changes.push(change)
  return true
}

/** Whether the Secret already serves all of these keys. */
function hasKeys({ served, keys }: ScopeSecret, wanted: string[]): boolean {
  return wanted.every(key => (key === DOCKER_HUB ? keys.includes(key) : served.includes(key)))
}
