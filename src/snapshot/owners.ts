/** The way from a pod up to its topmost controller: ReplicaSet → Deployment, Job → CronJob, and further up if operators own those. */

import { type ControllerReference, type OwnedPod, ordinalOf, type Pod, type PodOperator } from './pod.ts'
import type { MadeFrom, OwnerLink } from './snapshot.ts'

/** An object that was looked up as a controller, with its own controller. */
type Owner = Pick<OwnerLink, 'uid' | 'controller'>

interface ClimbStep<O extends Owner> {
  owner: ControllerReference
  /** null if it is unknown, or if another object has its name now. */
  object: O | null
}

export interface Climb<O extends Owner> {
  /** The direct controller first. Only the last one can be without an object. */
  steps: ClimbStep<O>[]
  /** `unknown`: there can be others above the last step. `circular`: owners own each other, so none of them is the topmost. */
  end: 'topmost' | 'unknown' | 'circular'
}

/**
 * Goes up from the controller `first`. @param objectOf returns a controller; null if it is unknown
 * @param goesOn whether to look this controller up; otherwise the way ends below it
 */
export function climb<O extends Owner>(
  first: ControllerReference | null,
  objectOf: (owner: ControllerReference) => O | null,
  goesOn?: (owner: ControllerReference) => boolean,
): Climb<O> {
  const way = wayUp<O>(first, goesOn)
  let next = way.next()
  while (!next.done) next = way.next(objectOf(next.value))
  return next.value
}

/** The same for controllers that are read one by one. */
export async function climbReading<O extends Owner>(
  first: ControllerReference | null,
  read: (owner: ControllerReference) => Promise<O | null>,
  goesOn?: (owner: ControllerReference) => boolean,
): Promise<Climb<O>> {
  const way = wayUp<O>(first, goesOn)
  let next = way.next()
  while (!next.done) next = way.next(await read(next.value))
  return next.value
}

/** Yields each controller to look up, and expects the object. It neither waits nor calls, so that both walks above can share it. */
function* wayUp<O extends Owner>(
  first: ControllerReference | null,
  goesOn: (owner: ControllerReference) => boolean = () => true,
): Generator<ControllerReference, Climb<O>, O | null | undefined> {
  const steps: ClimbStep<O>[] = []
  const climbed = new Set<string>()
  let owner = first
  while (owner !== null && goesOn(owner)) {
    const key = `${owner.apiVersion} ${owner.kind} ${owner.name}`
    if (climbed.has(key)) return { steps, end: 'circular' }
    climbed.add(key)
    const object: O | null = (yield owner) ?? null
    const isSame = object !== null && haveSameUid(owner, object)
    steps.push({ owner, object: isSame ? object : null })
    if (!isSame) return { steps, end: 'unknown' }
    owner = object.controller
  }
  return { steps, end: 'topmost' }
}

/** A reference's uid counts, unless one side has none, as in a dump or for a derived owner. The API server requires both. */
function haveSameUid(owner: Pick<ControllerReference, 'uid'>, object: Pick<Owner, 'uid'>): boolean {
  return owner.uid === object.uid || owner.uid === '' || object.uid === ''
}

/** Built-in controllers that replace a deleted pod. */
const REPLACES: readonly string[] = ['ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet', 'Job']

/** Whether the pod has a controller that is not built in: it is unknown whether that one would replace the pod. */
export function isOfCustomController({ controller }: Pick<Pod, 'controller'>): boolean {
  return controller !== null && !REPLACES.includes(controller.kind)
}

/** Owner links by the object that they start from. */
export interface OwnerIndex {
  byUid: ReadonlyMap<string, OwnerLink>
  byName: ReadonlyMap<string, OwnerLink>
  /** The ReplicaSets that have pods, by their Deployment's namespace and name. */
  revisions: ReadonlyMap<string, OwnerLink[]>
}

export function indexOwners(links: Iterable<OwnerLink>): OwnerIndex {
  const all = [...links]
  return {
    byUid: new Map(all.map(link => [link.uid, link])),
    byName: new Map(all.map(link => [ownerKey(link.namespace, link), link])),
    revisions: Map.groupBy(
      all.filter(({ revision }) => revision !== undefined),
      ({ namespace, controller }) => (controller === null ? '' : ownerKey(namespace, controller)),
    ),
  }
}

/** What a pod belongs to. */
export interface Workload {
  kind: string
  name: string
  /** The API group of a custom resource; absent for Kubernetes' own kinds. */
  group?: string
}

/** The topmost known controller; null for a bare pod. */
export function topmostOwner(pod: OwnedPod, index: OwnerIndex): Workload | null {
  const { steps, end } = climb(pod.controller, owner => linkOf(owner, pod.namespace, index))
  const top = end === 'circular' ? steps[0] : steps.findLast(({ owner }) => !isData(owner))
  if (top === undefined) return null
  const { kind, name, apiVersion } = top.owner
  const [group = ''] = apiVersion.split('/')
  return { kind, name, ...(isInLinkedGroup(top.owner) ? {} : { group }) }
}

/** Whether the owner only keeps what belongs to it from outliving it, as the ConfigMap does that an unpacked bundle of OLM goes to. */
function isData({ kind, apiVersion }: ControllerReference): boolean {
  return apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret')
}

/** The pod's known controllers, its own first. */
export function ownersAbove(pod: OwnedPod, index: OwnerIndex): OwnerLink[] {
  const { steps } = climb(pod.controller, owner => linkOf(owner, pod.namespace, index))
  return steps.flatMap(({ object }) => object ?? [])
}

/** The template that the pod was made from; null if that is not known. */
function templateOf(pod: Pod, index: OwnerIndex): MadeFrom | null {
  const { templateHash, revisionHash, templateGeneration } = pod
  const own = ownLink(pod, index)
  const template = own?.template
  if (template !== undefined && own?.controller?.kind === 'Deployment') {
    // A Deployment never changes the template of its ReplicaSets, but anybody else can: the pod has the image that was there before.
    const above = linkOf(own.controller, pod.namespace, index)?.template
    if (above !== undefined && hasImageOf(pod, above, template)) return above
    // A dump may lack the label of ReplicaSets.
    if (templateHash === undefined) return template
  }
  if (template?.mark === undefined) return null
  const marks = [templateHash, revisionHash, templateGeneration]
  return template.mark === null || marks.includes(template.mark) ? template : null
}

/** Whether a container of the pod has the image of this template, letter by letter, and not that of the other one. */
function hasImageOf({ containers }: Pod, { images }: MadeFrom, other: MadeFrom): boolean {
  return containers.some(({ name, image }) => images[name] === image && other.images[name] !== image)
}

/** The images in the template that the pod was made from, by container; null if that template is not known. */
export function templateImages(pod: Pod, index: OwnerIndex): Record<string, string> | null {
  return templateOf(pod, index)?.images ?? null
}

/** The pull policies other than Always in the template that the pod was made from, by container; null if that template is not known. */
export function templatePolicies(pod: Pod, index: OwnerIndex): NonNullable<MadeFrom['policies']> | null {
  return templateOf(pod, index)?.policies ?? null
}

/** The pull secrets in the template that the pod was made from; null if that template is not known. */
export function templateSecrets(pod: Pod, index: OwnerIndex): readonly string[] | null {
  return templateOf(pod, index)?.pullSecrets ?? null
}

interface Serving {
  number: number
  ready: number
  /** By container; empty if its template is not known. */
  images: Record<string, string>
}

/** A revision of the pod's Deployment that is older than the pod's and has ready pods, the newest such; null if none is known. */
export function servingBefore(pod: OwnedPod, index: OwnerIndex): Serving | null {
  const own = ownLink(pod, index)
  if (own?.revision === undefined || own.controller === null) return null
  const { number } = own.revision
  const all = (index.revisions.get(ownerKey(pod.namespace, own.controller)) ?? []).flatMap(
    ({ revision, template }) =>
      revision === undefined ? [] : { ...revision, images: template?.images ?? {} },
  )
  if (all.some(other => other.number > number)) return null
  const older = all.filter(other => other.number < number && other.ready > 0)
  return older.sort((one, other) => other.number - one.number)[0] ?? null
}

type InSet = Pick<Pod, 'namespace' | 'name' | 'controller' | 'revisionHash'>

/** Whether the pod is of an older revision and blocks its StatefulSet, which replaces only pods that are ready: it has to be deleted. */
export function holdsUpRollout(pod: InSet, index: OwnerIndex): boolean {
  const newest = newestRevision(pod, index)
  return newest !== null && pod.revisionHash !== newest
}

/**
 * Why a changed template would not replace the pod while it is not ready: its StatefulSet updates one pod after the other, or does so unless
 * it was told otherwise; updates wait for somebody to delete pods, or for the end of the Deployment's pause; or its controller has no updates
 * at all.
 */
export type Unreplaced = 'one-by-one' | 'perhaps-one-by-one' | 'on-delete' | 'no-updates' | 'paused'

/** Why a changed template would not replace the pod; null if it would, or if that is not known. */
export function whyUnreplaced(pod: InSet, index: OwnerIndex): Unreplaced | null {
  const { controller, revisionHash } = pod
  if (controller === null || !isInLinkedGroup(controller)) return null
  const link = ownLink(pod, index)
  // What owns the controller deletes the pods itself, as Elastic's operator does.
  const waits = link?.update === 'on-delete' && link.controller === null
  switch (controller.kind) {
    case 'ReplicaSet':
    case 'ReplicationController':
      if (link === null) return null
      // That of a Deployment or another controller above is replaced as a whole.
      if (link.controller === null) return 'no-updates'
      return linkOf(link.controller, pod.namespace, index)?.paused === true ? 'paused' : null
    case 'DaemonSet':
      return waits ? 'on-delete' : null
    case 'StatefulSet': {
      if (link?.update === 'on-delete') return waits ? 'on-delete' : null
      const newest = newestRevision(pod, index)
      if (newest !== null) return revisionHash === newest ? 'one-by-one' : null
      return link?.update === undefined && link?.ordered === undefined ? 'perhaps-one-by-one' : null
    }
    default:
      return null
  }
}

/** The newest revision of the pod's StatefulSet; null unless the set updates this pod, one after the other. */
function newestRevision(pod: InSet, index: OwnerIndex): string | null {
  if (pod.controller?.kind !== 'StatefulSet' || pod.revisionHash === undefined) return null
  const ordered = ownLink(pod, index)?.ordered
  const ordinal = ordinalOf(pod)
  if (ordered === undefined || ordinal === null) return null
  return ordinal >= ordered.from && ordinal < ordered.below ? ordered.revision : null
}

/** The link of the pod's own controller; null for a bare pod, and if there is none. */
export function ownLink({ controller, namespace }: OwnedPod, index: OwnerIndex): OwnerLink | null {
  return controller === null ? null : linkOf(controller, namespace, index)
}

/**
 * The link by uid, or by name if one of the two has no uid; null if there is none. A reference is untrusted: its uid counts only if the name
 * and the namespace match, too.
 */
export function linkOf(owner: ControllerReference, namespace: string, index: OwnerIndex): OwnerLink | null {
  const key = ownerKey(namespace, owner)
  const same = owner.uid === '' ? undefined : index.byUid.get(owner.uid)
  if (same !== undefined && ownerKey(same.namespace, same) === key) return same
  const named = isInLinkedGroup(owner) ? index.byName.get(key) : undefined
  return named !== undefined && haveSameUid(owner, named) ? named : null
}

/** Whether the owner is in one of the groups that the links cover: another group may have a kind of the same name. */
function isInLinkedGroup({ apiVersion }: ControllerReference): boolean {
  return /^(?:v1$|apps\/|batch\/)/.test(apiVersion)
}

function ownerKey(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${namespace} ${kind} ${name}`
}

/** Labels that only operators use, such as `postgres-operator.crunchydata.com/cluster` and `elasticsearch.k8s.elastic.co/cluster-name`. */
const OF_OPERATOR = /operator(?=[.-])|^[\w-]+\.k8s\.[\w.-]+\/cluster/

/**
 * The operator and its resource above the pod's workload; null if none is proven. A label of an operator's own is proof only beside a custom
 * resource of the same group; anybody has labels such as `example.com/name`.
 */
export function operatorAbove(
  { operator }: Pick<Pod, 'operator'>,
  workload: Workload | null,
): PodOperator | null {
  if (operator === undefined || workload === null) return null
  const { name, resource } = operator
  const [domain = ''] = resource?.label.split('/') ?? []
  const { group } = workload
  if (group === undefined) return name !== null || OF_OPERATOR.test(resource?.label ?? '') ? operator : null
  const isRelated = group === domain || group.endsWith(`.${domain}`) || domain.endsWith(`.${group}`)
  return isRelated && resource?.name !== workload.name ? operator : null
}
