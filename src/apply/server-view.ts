/** A change as the API server sees it: the kind and path of its object, the permissions that it needs, and the outcome of an answer. */

import { UnreachableError } from '../errors.ts'
import { ApiError, isFailedRequest } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { controllerKind, KINDS, type Kind, kindOf, type TypeMeta } from '../kubernetes/api/kinds.ts'
import { type ApiPath, listPath, objectPath as pathOf } from '../kubernetes/api/paths.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, Target } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import { redact } from '../secrecy/redact.ts'
import type { ChangeOutcome, OutcomeStatus } from './outcome.ts'

/** Returns the target's kind. Plans contain only kinds that pullguard knows; a saved plan is validated for that. */
export function kindOfTarget(target: Target): Kind<KubernetesObject> {
  const kind = kindOf(target)
  if (kind === null)
    throw new Error(`pullguard can't write objects of kind ${target.kind} (${target.apiVersion})`)
  return kind as Kind<KubernetesObject>
}

/** Which targets an action can have. Plans are displayed by action, so a wrong target would hide what is really written. */
const TARGETS: Record<Change['action'], (target: Target) => boolean> = {
  'create-secret': isOf(KINDS.Secret),
  'update-secret': isOf(KINDS.Secret),
  'patch-serviceaccount': isOf(KINDS.ServiceAccount),
  'patch-template': target => controllerKind(target) !== null,
  'recreate-pod': isOf(KINDS.Pod),
  'recreate-bare-pod': isOf(KINDS.Pod),
  'restore-bare-pod': isOf(KINDS.Pod),
}

function isOf({ kind, apiVersion }: TypeMeta): (target: Target) => boolean {
  return target => target.kind === kind && target.apiVersion === apiVersion
}

/** Whether the change writes to a kind that its action can have. */
export function hasValidTarget({ action, target }: Change): boolean {
  return TARGETS[action](target)
}

/** API path of the collection that contains the target, or will contain it once created. */
export function collectionPath(target: Target): ApiPath<KubernetesObject> {
  return listPath(kindOfTarget(target), target.namespace)
}

/** API path of the target itself. */
export function objectPath(target: Target): ApiPath<KubernetesObject> {
  return pathOf(kindOfTarget(target), target.namespace, target.name)
}

/** A verb on a resource that the plan needs and that this user is not allowed to use. */
export interface AccessDenial {
  verb: string
  group: string
  /** Plural, with its subresource: `pods/eviction`. */
  resource: string
  /** Sorted. */
  namespaces: string[]
  /** How many changes of the plan need it there. */
  changes: number
}

interface NeededAccess {
  verb: string
  group: string
  resource: string
  /** Namespace → changes that need it. */
  namespaces: Map<string, number>
}

/** At this many namespaces or more, ask about the whole cluster first. */
const MANY = 3

/** Every denial; empty if everything is allowed. @throws ApiError if the server does not answer the question */
export async function checkAccess(
  plan: Plan,
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<AccessDenial[]> {
  const found = await bounded(needsOf(plan.changes), AT_ONCE, need => denialOf(need, cluster, signal))
  return found.filter(denial => denial !== null)
}

async function denialOf(
  { verb, group, resource, namespaces }: NeededAccess,
  cluster: ClusterReader,
  signal: AbortSignal | undefined,
): Promise<AccessDenial | null> {
  const ask = (namespace: string | null) => cluster.canI({ verb, group, resource, namespace }, signal)
  if (namespaces.size >= MANY && (await ask(null))) return null
  const names = [...namespaces.keys()].sort()
  const allowed = await bounded(names, AT_ONCE, ask)
  const denied = names.filter((_, index) => !allowed[index])
  if (denied.length === 0) return null
  const changes = denied.reduce((sum, name) => sum + (namespaces.get(name) ?? 0), 0)
  return { verb, group, resource, namespaces: denied, changes }
}

function needsOf(changes: Change[]): NeededAccess[] {
  const needs = new Map<string, NeededAccess>()
  for (const change of changes) {
    const { namespace } = change.target
    for (const { verb, group, resource } of verbsFor(change)) {
      const key = `${verb} ${group}/${resource}`
      const need = needs.get(key) ?? { verb, group, resource, namespaces: new Map<string, number>() }
      need.namespaces.set(namespace, (need.namespaces.get(namespace) ?? 0) + 1)
      needs.set(key, need)
    }
  }
  return [...needs.values()]
}

interface Verb {
  verb: string
  group: string
  resource: string
}

/** For the dry run that asks whether the server would accept new pods. */
const TRY_POD: Verb = { verb: 'create', group: '', resource: 'pods' }

/** The verbs that a change needs. `get` is for reading the object after a write that was refused or not answered. */
function verbsFor(change: Change): Verb[] {
  const { group, resource } = kindOfTarget(change.target)
  const on = (...verbs: string[]) => verbs.map(verb => ({ verb, group, resource }))
  const away = (method: 'delete' | 'evict') =>
    method === 'delete' ? on('delete') : [{ verb: 'create', group: '', resource: 'pods/eviction' }]
  switch (change.action) {
    case 'create-secret':
      return on('create', 'get')
    case 'update-secret':
    case 'patch-serviceaccount':
      return on('get', 'patch')
    case 'patch-template':
      return [...on('get', 'patch'), ...(change.rollsOut ? [TRY_POD] : [])]
    // `create` is also for the dry run of a successor.
    case 'recreate-pod':
    case 'recreate-bare-pod':
      return [...on('get', 'list', 'create'), ...away(change.method)]
    case 'restore-bare-pod':
      return on('get', 'list', 'create')
  }
}

/** uid and resourceVersion of an object that the server returned; absent if the answer lacks them. */
export function writtenAt(object: KubernetesObject): { uid?: string; resourceVersion?: string } {
  const { uid, resourceVersion } = (object.metadata ?? {}) as { uid?: string; resourceVersion?: string }
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
}

/** The change is in place, by this run or before it. */
export function isDone({ status }: ChangeOutcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}

type Why = Partial<Pick<ChangeOutcome, 'reason' | 'detail'>>

/** An outcome of `change`. @param detail the server's own sentence, redacted */
export function outcomeOf(
  change: Change,
  status: OutcomeStatus,
  { reason = null, detail = null }: Why = {},
  written: { uid?: string; resourceVersion?: string } = {},
): ChangeOutcome {
  const { id, action, target } = change
  const { uid = null, resourceVersion = null } = written
  return { id, action, target, status, reason, detail, uid, resourceVersion }
}

/** The outcome of a write that the server stored or, in a dry run, would accept. @param object the written object, as far as it is known */
export function successOf(
  change: Change,
  { dryRun }: { dryRun: boolean },
  object: KubernetesObject = {},
): ChangeOutcome {
  return outcomeOf(change, dryRun ? 'accepted' : 'applied', {}, writtenAt(object))
}

/** The outcome of a failed write: `failed` if it is not known to have changed nothing. */
export function refusalOf(change: Change, error: unknown): ChangeOutcome {
  return outcomeOf(change, statusOfRefusal(statusOf(error)), { detail: redact((error as Error).message) })
}

/** What an HTTP error status means for a write. */
export function statusOfRefusal(status: number): OutcomeStatus {
  if ([400, 403, 413, 422].includes(status)) return 'refused'
  return [404, 409].includes(status) ? 'conflict' : 'failed'
}

/** Whether the write may have taken effect: there was no answer, or a server error. Only reading the object shows which. */
export function isUncertain(error: unknown): boolean {
  const status = statusOf(error)
  return status >= 500 || status < 400
}

/** Reads what is there after a write that failed; null if nothing is, or if it can't be read. */
export async function readBack(
  { target }: Change,
  { cluster }: { cluster: ClusterReader },
): Promise<KubernetesObject | null> {
  try {
    return await cluster.get(objectPath(target))
  } catch (error) {
    if (!isFailedRequest(error)) throw error
    return null
  }
}

/** The error's HTTP status; 0 if no answer came. @throws the error itself if it is not a failed request but a bug or an abort */
export function statusOf(error: unknown): number {
  if (error instanceof ApiError) return error.status
  if (error instanceof UnreachableError) return 0
  throw error
}
