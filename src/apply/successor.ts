/** The pod that replaces another: builds it, and asks whether the server would accept it before the old pod or the template changes. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { Change, PatchTemplate, RecreatePod } from '../plan/change.ts'
import { redact } from '../secrecy/redact.ts'
import type { PullSecretEntryName } from '../snapshot/fix-objects.ts'
import type { ApplyContext } from './apply-context.ts'
import type { ChangeOutcome } from './outcome.ts'
import { collectionPath, objectPath, outcomeOf, refusalOf, statusOf, statusOfRefusal } from './server-view.ts'

/** Milliseconds for which an answer is valid for the controller's other pods. */
const FRESH = 10_000

interface Answer {
  at: number
  /** The server's own sentence; null if it would accept the pod. */
  refusal: Promise<string | null>
}

/** Asks once for all pods of a controller that are removed at the same time. */
export class Successors {
  readonly #changes: Map<string, Change>
  readonly #context: ApplyContext
  readonly #answers = new Map<string, Answer>()

  constructor(changes: Change[], context: ApplyContext) {
    this.#changes = new Map(changes.map(change => [change.id, change]))
    this.#context = context
  }

  /** The outcome if the server would refuse the pod's successor, or did not answer; null if it would accept it. */
  async refusalOf(change: RecreatePod): Promise<ChangeOutcome | null> {
    const { uid } = change.controller
    try {
      const refusal = await this.#answerFor(change)
      return refusal === null
        ? null
        : outcomeOf(change, 'refused', { reason: { code: 'successor-refused' }, detail: refusal })
    } catch (error) {
      this.#answers.delete(uid)
      return refusalOf(change, error)
    }
  }

  #answerFor(change: RecreatePod): Promise<string | null> {
    const { clock } = this.#context
    const { uid } = change.controller
    const known = this.#answers.get(uid)
    if (known !== undefined && clock.now() - known.at <= FRESH) return known.refusal
    const refusal = this.#ask(change)
    this.#answers.set(uid, { at: clock.now(), refusal })
    return refusal
  }

  async #ask(change: RecreatePod): Promise<string | null> {
    const pod = await this.#context.cluster.get(objectPath(change.target)).catch(error => {
      if (statusOf(error) === 404) return null
      throw error
    })
    // removePod handles a pod that is gone.
    if (pod === null) return null
    const manifest = renamed(manifestOf(pod, this.#secretsAfter(change)))
    return refusedAs(withoutBlock(manifest), collectionPath(change.target), this.#context)
  }

  /** The pull secrets that the changes before it give the new pod; null for those that the pod has. */
  #secretsAfter({ needs }: RecreatePod): PullSecretEntryName[] | null {
    for (const id of needs) {
      const needed = this.#changes.get(id)
      if (!needed || !('edits' in needed)) continue
      for (const edit of needed.edits) {
        if (edit.field === 'imagePullSecrets') return [...(edit.before ?? []), { name: edit.entry }]
      }
    }
    return null
  }
}

/**
 * The outcome if the server would refuse the pods of the patched template; null if not.
 * @param patched the workload that the dry run returned
 * @throws ApiError, UnreachableError if the server did not answer
 */
export async function templateRefusal(
  change: PatchTemplate,
  patched: KubernetesObject,
  context: ApplyContext,
): Promise<ChangeOutcome | null> {
  const { template } = patched.spec as { template?: { metadata?: object; spec?: object } }
  if (!change.rollsOut || template?.spec === undefined) return null
  const { namespace, name, kind, apiVersion, uid } = change.target
  const owner = { apiVersion, kind, name, uid, controller: true }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, generateName: `${name.slice(0, 50)}-`, ownerReferences: [owner] },
    spec: template.spec,
  }
  const path = collectionPath({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid: null })
  const refusal = await refusedAs(pod, path, context)
  return refusal === null
    ? null
    : outcomeOf(change, 'refused', { reason: { code: 'template-refused' }, detail: refusal })
}

/** The server's own sentence if it would refuse the pod; null if it would accept it. @throws the error of a request without an answer */
async function refusedAs(
  manifest: KubernetesObject,
  path: string,
  { cluster }: ApplyContext,
): Promise<string | null> {
  try {
    await cluster.create(path, manifest, { dryRun: true })
    return null
  } catch (error) {
    if (!isRefusal(error)) throw error
    const { message } = error as Error
    return makesRoom(message) ? null : redact(message)
  }
}

/** Whether the server judged the pod. A webhook that can't be called refuses every pod, with status 500. */
function isRefusal(error: unknown): boolean {
  return (
    statusOfRefusal(statusOf(error)) === 'refused' ||
    /\bfailed calling webhook\b/.test((error as Error).message)
  )
}

/** blockOwnerDeletion needs a permission that this user may lack (OwnerReferencesPermissionEnforcement). */
function withoutBlock(manifest: KubernetesObject): KubernetesObject {
  const { ownerReferences = [], ...metadata } = manifest.metadata as { ownerReferences?: object[] }
  const owners = ownerReferences.map(owner => ({ ...owner, blockOwnerDeletion: false }))
  return { ...manifest, metadata: { ...metadata, ownerReferences: owners } }
}

/** Whether a refusal by a full quota goes away with the old pod: the quota must not be below its current use. */
function makesRoom(message: string): boolean {
  const [, used = '', limited = ''] = /exceeded quota: .*?, used: (.*?), limited: (.*)$/s.exec(message) ?? []
  const limits = new Map(amounts(limited))
  const all = amounts(used)
  return all.length > 0 && all.every(([name, amount]) => amount <= (limits.get(name) ?? Number.NaN))
}

function amounts(text: string): [name: string, amount: number][] {
  return text.split(',').flatMap(part => {
    const [name = '', quantity = ''] = part.trim().split('=')
    const amount = amountOf(quantity)
    return amount === null ? [] : [[name, amount] as [string, number]]
  })
}

const SUFFIXES: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
}

/** A Kubernetes quantity, such as `500m` or `1Gi`, as a number; null if the text is not a quantity. */
function amountOf(text: string): number | null {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([a-zA-Z]*)$/.exec(text) ?? []
  const factor = SUFFIXES[suffix]
  return digits === undefined || factor === undefined ? null : Number(digits) * factor
}

interface Spec extends Record<string, unknown> {
  nodeName?: string
  imagePullSecrets?: PullSecretEntryName[]
}

/** Metadata to keep. Owners too: one that is not a controller makes no new pod, but its deletion still deletes this one. */
const KEPT_METADATA = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences']

/**
 * The pod without the fields that the server, the scheduler, or `kubectl debug` filled in.
 * @param secrets the pull secrets that the manifest names; null for those that the pod has
 */
export function manifestOf(pod: KubernetesObject, secrets: PullSecretEntryName[] | null): KubernetesObject {
  const kept = Object.entries(pod.metadata as object).filter(([field]) => KEPT_METADATA.includes(field))
  const { nodeName, ephemeralContainers: _debug, imagePullSecrets = [], ...spec } = pod.spec as Spec
  const names = secrets ?? imagePullSecrets
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: Object.fromEntries(kept),
    spec: {
      ...spec,
      ...(nodeName !== undefined && isAuthored(pod) ? { nodeName } : {}),
      ...(names.length > 0 ? { imagePullSecrets: names } : {}),
    },
  }
}

/** The pull secrets that the pod names. */
export function secretsOf(pod: KubernetesObject): PullSecretEntryName[] {
  return (pod.spec as Spec).imagePullSecrets ?? []
}

/** The finalizers that can keep the pod after its deletion. */
export function finalizersOf(pod: KubernetesObject): string[] {
  return (pod.metadata as { finalizers?: string[] }).finalizers ?? []
}

/** Whether the pod's author chose the node: the scheduler sets nodeName through the binding subresource, which managedFields shows. */
function isAuthored(pod: KubernetesObject): boolean {
  const { managedFields = [] } = pod.metadata as {
    managedFields?: { subresource?: string; fieldsV1?: { 'f:spec'?: Record<string, unknown> } }[]
  }
  return managedFields.some(
    ({ subresource, fieldsV1 }) => !subresource && fieldsV1?.['f:spec']?.['f:nodeName'] !== undefined,
  )
}

/** The same pod under a generated name, which is free while the pod itself exists. */
export function renamed(manifest: KubernetesObject): KubernetesObject {
  const { name, ...metadata } = manifest.metadata as { name: string }
  return { ...manifest, metadata: { ...metadata, generateName: `${name.slice(0, 50)}-` } }
}
