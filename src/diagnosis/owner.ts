/** Finds the topmost controller of a pod: ReplicaSet → Deployment, Job → CronJob, and further where operators own those. */

import type { ControllerReference, OwnedPod } from '../snapshot/pod.ts'
import type { OwnerLink } from '../snapshot/snapshot.ts'

/** Links by what they are about, for asking one controller at a time. */
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

/** The last controller that is known on the way up; null for a bare pod. */
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

/** By uid; where one of the two has none, as in a dump without uids or for a derived owner, by name. */
function linkOf(owner: ControllerReference, namespace: string, index: OwnerIndex): OwnerLink | undefined {
  const same = owner.uid === '' ? undefined : index.byUid.get(owner.uid)
  if (same !== undefined) return same
  const named = isBuiltIn(owner) ? index.byName.get(nameKey(namespace, owner)) : undefined
  return owner.uid === '' || named?.uid === '' ? named : undefined
}

/** Only these kinds have links; another group may have a kind of the same name. */
function isBuiltIn({ apiVersion }: ControllerReference): boolean {
  return /^(?:v1$|apps\/|batch\/)/.test(apiVersion)
}

function nameKey(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${namespace} ${kind} ${name}`
}
