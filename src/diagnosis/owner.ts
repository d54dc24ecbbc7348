/** Finds the topmost controller of a pod: ReplicaSet → Deployment, Job → CronJob, and further where operators own those. */

import type { Pod } from '../snapshot/pod.ts'
import type { OwnerLink } from '../snapshot/snapshot.ts'

/** The last controller that could be read on the way up; null for a bare pod. */
export function topmostOwner(
  pod: Pod,
  links: ReadonlyMap<string, OwnerLink>,
): { kind: string; name: string } | null {
  let owner = pod.controller
  const seen = new Set<string>()
  while (owner !== null && !seen.has(owner.uid)) {
    seen.add(owner.uid)
    const above = links.get(owner.uid)?.controller ?? null
    if (above === null) break
    owner = above
  }
  return owner === null ? null : { kind: owner.kind, name: owner.name }
}
