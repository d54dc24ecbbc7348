/** Finds what still names a pull secret before an undo deletes it: service accounts, workload templates, and pods without a controller. */

import { isForbidden, isNotFound } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { isBuiltIn, KINDS, type Kind, type TypeMeta } from '../kubernetes/api/kinds.ts'
import { type ApiPath, listPath, objectPath } from '../kubernetes/api/paths.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import { pullSecretsAt, valueAt } from '../plan/patch.ts'
import type { Run } from './journal/run.ts'
import type { DeleteSecret, UndoStep } from './undo-step.ts'

/** Makes each deletion wait for the steps that remove the Secret's name, and drops it if anything else names the Secret. */
export async function addDependencies(
  steps: UndoStep[],
  runs: Run[],
  cluster: ClusterReader,
  options: { signal?: AbortSignal },
): Promise<UndoStep[]> {
  const deletions = steps.filter(step => step.action === 'delete-secret')
  const [first] = deletions
  if (first === undefined) return steps
  const namespaces = new Set(deletions.map(({ target }) => target.namespace))
  const found = await findReferences({ cluster, namespaces, secret: first.target.name, options })
  const ownPods = podsMadeBy(runs)
  const isOwn = ({ kind, uid, namespace, name }: SecretReference) =>
    kind === 'Pod' && (ownPods.has(uid) || ownPods.has(`${namespace}/${name}`))
  const others = found.filter(reference => !isOwn(reference))
  const byNamespace = Map.groupBy(others, ({ namespace }) => namespace)
  return steps.map(step =>
    step.action === 'delete-secret'
      ? addDependency(step, steps, byNamespace.get(step.target.namespace) ?? [])
      : step,
  )
}

function addDependency(step: DeleteSecret, steps: UndoStep[], others: SecretReference[]): UndoStep {
  const { namespace, name } = step.target
  const freeing = steps.filter(
    other =>
      other.action === 'restore-fields' &&
      other.target.namespace === namespace &&
      other.fields.some(({ field, from }) => field === 'imagePullSecrets' && from === name),
  )
  const freed = new Set(freeing.map(({ target }) => target.uid))
  const by = others.filter(({ uid }) => !freed.has(uid)).map(one => ({ kind: one.kind, name: one.name }))
  if (by.length > 0) return { id: step.id, action: 'leave', target: step.target, reason: 'still-named', by }
  return { ...step, needs: freeing.map(({ id }) => id) }
}

/** Bare pods that a run recreated with the Secret's name, by uid or by `namespace/name`: before the run they could not pull, either. */
function podsMadeBy(runs: Run[]): ReadonlySet<string> {
  const made = runs.flatMap(({ entries }) =>
    entries.flatMap(({ change: { action, target }, outcome }) => {
      if (action !== 'recreate-bare-pod' && action !== 'restore-bare-pod') return []
      // A run that was killed recorded no uid.
      return outcome?.uid ?? `${target.namespace}/${target.name}`
    }),
  )
  return new Set(made)
}

/** An object that names the Secret. `name` is null if this user can't read the kind: some of its objects may name the Secret. */
interface SecretReference {
  kind: string
  namespace: string
  name: string | null
  uid: string
}

const TEMPLATE = '/spec/template/spec/imagePullSecrets'
/** The kinds that can name a pull secret, each with the JSON pointer of its list. */
const PLACES: [kind: Kind<unknown>, pointer: string][] = [
  [KINDS.ServiceAccount, '/imagePullSecrets'],
  [KINDS.ReplicationController, TEMPLATE],
  [KINDS.Deployment, TEMPLATE],
  [KINDS.StatefulSet, TEMPLATE],
  [KINDS.DaemonSet, TEMPLATE],
  [KINDS.ReplicaSet, TEMPLATE],
  [KINDS.Job, TEMPLATE],
  [KINDS.CronJob, '/spec/jobTemplate/spec/template/spec/imagePullSecrets'],
]

/** At this many namespaces or more, try one list of the whole cluster first. */
const MANY = 8

interface Search {
  cluster: ClusterReader
  namespaces: ReadonlySet<string>
  secret: string
  options: { signal?: AbortSignal }
}

/** Returns everything in these namespaces that names the Secret. @throws ApiError if the server does not answer */
async function findReferences(search: Search): Promise<SecretReference[]> {
  const looks = [...PLACES.map(place => () => inTemplates(search, place)), () => inPods(search)]
  return (await bounded(looks, AT_ONCE, look => look())).flat()
}

async function inTemplates(
  search: Search,
  [kind, pointer]: (typeof PLACES)[number],
): Promise<SecretReference[]> {
  const found: SecretReference[] = []
  const unread = await visitAll(search, { kind }, object => {
    if (!isEnded(object) && references(object, pointer, search.secret) && !madeByAnother(kind.kind, object))
      found.push(referenceFrom(kind.kind, object))
  })
  return [...found, ...unread]
}

/**
 * Whether a Deployment owns the ReplicaSet: it repeats the Deployment's template, and those kept for a rollback create no pods now. The
 * template of another owner, such as a Rollout, is in no object that is looked at.
 */
function madeByAnother(kind: string, object: KubernetesObject): boolean {
  return kind === 'ReplicaSet' && isOfBuiltIn(object)
}

/** Whether the object creates no more pods: a completed Job, or anything being deleted. */
function isEnded(object: KubernetesObject): boolean {
  return (
    valueAt(object, '/status/completionTime') !== undefined ||
    valueAt(object, '/metadata/deletionTimestamp') !== undefined
  )
}

/**
 * Checks only pods without a controller or with one of a custom kind: the others come from a template. Most pods do, so the list requests
 * only metadata.
 */
async function inPods(search: Search): Promise<SecretReference[]> {
  const { cluster, secret, options } = search
  const found: SecretReference[] = []
  const suspects: ApiPath<KubernetesObject>[] = []
  const unread = await visitAll(search, { kind: KINDS.Pod, metadataOnly: true }, pod => {
    const { namespace, name, annotations = {} } = pod.metadata as Metadata
    if (isOfBuiltIn(pod) || isEnded(pod) || annotations['kubernetes.io/config.mirror'] !== undefined) return
    suspects.push(objectPath(KINDS.Pod as Kind<KubernetesObject>, namespace, name))
  })
  await bounded(suspects, AT_ONCE, async path => {
    try {
      const pod = await cluster.get(path, options)
      const done = ['Succeeded', 'Failed'].includes(String(valueAt(pod, '/status/phase')))
      if (done || !references(pod, '/spec/imagePullSecrets', secret)) return
      const isCopy = controllerOf(pod) !== undefined && (await isFromAccount(pod, search))
      if (!isCopy) found.push(referenceFrom('Pod', pod))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  })
  return [...found, ...unread]
}

interface Metadata {
  namespace: string
  name: string
  uid: string
  annotations?: Record<string, string>
  ownerReferences?: (TypeMeta & { controller?: boolean })[]
}

/** Visits the kind's objects in the namespaces. @returns the namespaces whose objects this user can't read: any may name the Secret */
async function visitAll(
  { cluster, namespaces, options }: Search,
  { kind, metadataOnly = false }: { kind: Kind<unknown>; metadataOnly?: boolean },
  visit: (object: KubernetesObject) => void,
): Promise<SecretReference[]> {
  const keep = (object: KubernetesObject) => {
    if (namespaces.has((object.metadata as Metadata).namespace)) visit(object)
  }
  const list = (namespace: string | null) => {
    const path = listPath(kind as Kind<KubernetesObject>, namespace)
    return cluster.list(path, { metadataOnly, ...options }, keep)
  }
  if (namespaces.size >= MANY && (await allowed(() => list(null)))) return []
  const unread = await bounded([...namespaces], AT_ONCE, async namespace =>
    (await allowed(() => list(namespace))) ? [] : [{ kind: kind.kind, namespace, name: null, uid: '' }],
  )
  return unread.flat()
}

async function allowed(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}

/**
 * Whether the pod's list can be a copy of its service account's, which admission makes, and not from what the controller reads. An undo that
 * was interrupted may have taken the Secret out of the account already.
 */
async function isFromAccount(pod: KubernetesObject, { cluster, secret, options }: Search): Promise<boolean> {
  const { namespace } = pod.metadata as Metadata
  const name = String(valueAt(pod, '/spec/serviceAccountName') ?? 'default')
  const path = objectPath(KINDS.ServiceAccount as Kind<KubernetesObject>, namespace, name)
  const others = (object: KubernetesObject, pointer: string) =>
    JSON.stringify((pullSecretsAt(object, pointer) ?? []).filter(entry => entry.name !== secret))
  try {
    const account = await cluster.get(path, options)
    return others(account, '/imagePullSecrets') === others(pod, '/spec/imagePullSecrets')
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return false
    throw error
  }
}

function controllerOf({ metadata }: KubernetesObject): TypeMeta | undefined {
  return (metadata as Metadata).ownerReferences?.find(({ controller }) => controller === true)
}

function isOfBuiltIn(object: KubernetesObject): boolean {
  const controller = controllerOf(object)
  return controller !== undefined && isBuiltIn(controller)
}

function references(object: KubernetesObject, pointer: string, secret: string): boolean {
  return pullSecretsAt(object, pointer)?.some(({ name }) => name === secret) ?? false
}

function referenceFrom(kind: string, { metadata }: KubernetesObject): SecretReference {
  const { namespace, name, uid } = metadata as Metadata
  return { kind, namespace, name, uid }
}
