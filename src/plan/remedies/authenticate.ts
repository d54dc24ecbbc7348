/** On unless `--no-authenticate`: a pull secret in every namespace in scope, and its name on the service accounts that pods run as. */

import type { ScopeSecret, ScopeServiceAccount } from '../../snapshot/fix-scope.ts'
import type { Change, PatchServiceAccount, SecretChange, Target } from '../change.ts'
import { patchOf } from '../patch.ts'
import { type Declined, isNarrowed } from '../plan.ts'
import type { PlanInput } from '../plan-input.ts'
import { hasKeys, keysFor } from '../secret-keys.ts'
import { isOutgoing, ownList, type StuckPod } from '../stuck-pod.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const authenticate: RemedyRules = {
  flag: { name: 'authenticate', takes: 'refusal' },
  containers: null,
}

/** Where the Secret will be available once the changes are made. A null id means that it already is. */
export interface AttachedSecrets {
  changes: Change[]
  declined: Declined[]
  /** Namespace → id of the change that brings the Secret. */
  secrets: Map<string, string | null>
  /** `namespace/serviceaccount` → id of the change that attaches it. */
  serviceAccounts: Map<string, string | null>
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
  for (const namespace of input.fixScope.namespaces) {
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
  const existing = input.fixScope.secrets.find(secret => secret.namespace === namespace)
  const keys = keysFor(namespace, input)
  if (keys.length === 0) return false
  if (existing && hasKeys(existing, keys)) {
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

/** What keeps an existing Secret from being written to; null if nothing does. A Secret's type is immutable. */
function obstacleIn(existing: ScopeSecret, input: PlanInput): Declined | null {
  const target = secretTarget(existing.namespace, existing.name, existing)
  const mayWrite = existing.ours || input.overwriteSecret
  if (!mayWrite || existing.type !== PULL_SECRET_TYPE) {
    return { code: 'foreign-secret', target, type: existing.type, owner: existing.managedBy }
  }
  return existing.immutable ? { code: 'immutable-secret', target } : null
}

const PULL_SECRET_TYPE = 'kubernetes.io/dockerconfigjson'

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
  return existing
    ? { ...base, id, action: 'update-secret', ours: existing.ours }
    : { ...base, id, action: 'create-secret' }
}

function secretTarget(namespace: string, name: string, existing: ScopeSecret | undefined): Target {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name, uid: existing?.uid ?? null }
}

function planServiceAccounts(
  namespace: string,
  input: PlanInput,
  { stuck, attached }: { stuck: StuckPod[]; attached: AttachedSecrets },
): void {
  const own = input.fixScope.serviceAccounts.filter(account => account.namespace === namespace)
  const accounts = isNarrowed(input.scope)
    ? own.filter(account => stuck.some(entry => getsItFrom(account, entry, input)))
    : own
  for (const account of accounts) {
    const key = `${namespace}/${account.name}`
    if (account.imagePullSecrets?.some(entry => entry.name === input.secretName)) {
      attached.serviceAccounts.set(key, null)
      continue
    }
    const change = accountChange(account, input.secretName, attached.secrets.get(namespace) ?? null)
    if (admit(change, input, attached)) attached.serviceAccounts.set(key, change.id)
  }
}

/** Whether the pod's replacement would get a login that it needs from the account: not where its template has a list of its own. */
function getsItFrom(
  { namespace, name }: ScopeServiceAccount,
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

/** Adds the change to the plan, or declines it where a manager owns the object and would revert the change. */
function admit(change: Change, input: PlanInput, into: { changes: Change[]; declined: Declined[] }): boolean {
  if (change.managedBy !== null && !input.allowManaged) {
    into.declined.push({ code: 'managed', change })
    return false
  }
  into.changes.push(change)
  return true
}
