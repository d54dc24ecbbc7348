/** A change as the API server sees it: the kind and path of its object, and the outcome of an answer. */

import { UnreachableError } from '../errors.ts'
import { ApiError, isFailedRequest } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { controllerKind, KINDS, type Kind, kindOf, type TypeMeta } from '../kubernetes/api/kinds.ts'
import { type ApiPath, listPath, objectPath as pathOf } from '../kubernetes/api/paths.ts'
import type { Change, Target } from '../plan/change.ts'
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
