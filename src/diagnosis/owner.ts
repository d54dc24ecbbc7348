/** Finds the topmost controller of a pod: ReplicaSet → Deployment, Job → CronJob, and further up if operators own those. */

import type { ControllerReference, OwnedPod, Pod } from '../snapshot/pod.ts'
import type { OwnerLink } from '../snapshot/snapshot.ts'

/** Owner links by the object that they start from. */
export interface OwnerIndex {
  byUid: ReadonlyMap<string, OwnerLink>
  byName: ReadonlyMap<string, OwnerLink>
}

export function indexOwners(links: readonly OwnerLink[]): OwnerIndex {
  return {
    byUid: new Map(links.map(link => [link.uid, link])),
    byName: new Map(links.map(link => [nameKey(link.namespace, link), link])),
  }
}

/** The topmost known controller; null for a bare pod. */
export function topmostOwner(pod: OwnedPod, index: OwnerIndex): { kind: string; name: string } | null {
  let owner = pod.controller
  const seen = new Set<string>()
  while (owner !== null && !seen.has(nameKey(pod.namespace, owner))) {
    seen.add(nameKey(pod.namespace, owner))
    const above = linkOf(owner, pod.namespace, index)?.controller ?? null
    if (above === null) break
    owner = above
  }
  return owner === null ? null : { kind: owner.kind, name: owner.name }
}

/** Whether the pod is of an older revision and blocks its StatefulSet, which replaces only pods that are ready: it has to be deleted. */
export function holdsUpRollout(
  pod: Pick<Pod, 'namespace' | 'name' | 'controller' | 'revisionHash'>,
  index: OwnerIndex,
): boolean {
  const { controller, namespace, name, revisionHash } = pod
  if (controller?.kind !== 'StatefulSet' || revisionHash === undefined) return false
  const { ordered } = linkOf(controller, namespace, index) ?? {}
  if (ordered === undefined || revisionHash === ordered.revision) return false
  const ordinal = Number(/-(\d+)$/.exec(name)?.[1])
  return ordinal >= ordered.from && ordinal < ordered.below
}

/** The link by uid, or by name if one of the two has no uid, as in a dump or for a derived owner. */
function linkOf(owner: ControllerReference, namespace: string, index: OwnerIndex): OwnerLink | undefined {
  const same = owner.uid === '' ? undefined : index.byUid.get(owner.uid)
  if (same !== undefined) return same
  const named = isBuiltIn(owner) ? index.byName.get(nameKey(namespace, owner)) : undefined
  return owner.uid === '' || named?.uid === '' ? named : undefined
}

/** Whether the owner is in one of the groups that the links cover: another group may have a kind of the same name. */
function isBuiltIn({ apiVersion }: ControllerReference): boolean {
  return /^(?:v1$|apps\/|batch\/)/.test(apiVersion)
}

function nameKey(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${namespace} ${kind} ${name}`
}
