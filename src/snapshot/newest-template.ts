/** What the pod's owner makes pods from now, where the pod itself was made from an earlier template, and what it takes to get a newer pod. */

import { linkOf, type OwnerIndex, ownLink } from './owners.ts'
import { ordinalOf, type Pod } from './pod.ts'
import type { OwnerLink, RolloutStall } from './snapshot.ts'

/**
 * What gets a pod of the newest template. `paused`: resume the Deployment. `partition`: the pods below the StatefulSet's partition are made from
 * the earlier revision, until it is lowered to `to`. `on-delete`, `no-updates`, `one-by-one`: delete the pod, which the owner does not replace,
 * or does not while it is not ready. `run`: delete the CronJob's Job.
 * `rolling`: the controller replaces the pod by itself; a Deployment does once what stalls its rollout has ended.
 */
export type Renewal =
  | { by: 'paused' | 'on-delete' | 'no-updates' | 'one-by-one' | 'run' }
  | { by: 'rolling'; stalled?: StalledRollout }
  | { by: 'partition'; pods: number; to: number; oneByOne: boolean }

/** `outgoing`: the pod's ReplicaSet; null if some of its pods are ready, or if that is not known. */
export type StalledRollout = RolloutStall & { outgoing: string | null }

export interface NewestTemplate {
  /** Whose template it is. */
  owner: { kind: string; name: string }
  /** The images of its containers, as written, by the containers' names. */
  images: Record<string, string>
  renewal: Renewal
}

/**
 * Returns the template that the pod's owner has now; null if the pod was made from it, and if that is not known. Without a label that tells,
 * as for a ReplicaSet of its own, the caller has to compare the images.
 */
export function newestTemplate(pod: Pod, index: OwnerIndex): NewestTemplate | null {
  const own = ownLink(pod, index)
  if (own === null) return null
  const above = own.controller === null ? null : linkOf(own.controller, pod.namespace, index)
  const [owner, renewal] = ownerAndRenewal(pod, own, above)
  if (owner?.template === undefined || renewal === null) return null
  const { kind, name, template } = owner
  return { owner: { kind, name }, images: template.images, renewal }
}

function ownerAndRenewal(
  pod: Pod,
  own: OwnerLink,
  above: OwnerLink | null,
): [owner: OwnerLink | null, renewal: Renewal | null] {
  switch (own.kind) {
    case 'ReplicaSet':
    case 'ReplicationController':
      if (own.controller === null) return [own, { by: 'no-updates' }]
      return above?.kind === 'Deployment'
        ? [above, above.paused === true ? { by: 'paused' } : deploymentRenewal(own, above)]
        : [null, null]
    case 'Job':
      return above?.kind === 'CronJob' ? [above, { by: 'run' }] : [null, null]
    case 'DaemonSet':
      return [own, mayBeOlder(pod.templateGeneration, own) ? daemonSetRenewal(own) : null]
    case 'StatefulSet':
      return [own, mayBeOlder(pod.revisionHash, own) ? statefulSetRenewal(pod, own) : null]
    default:
      return [null, null]
  }
}

function deploymentRenewal({ name, revision }: OwnerLink, { stall }: OwnerLink): Renewal {
  const outgoing = revision?.ready === 0 ? name : null
  // A Deployment also reports what its older ReplicaSets are refused (kubernetes/kubernetes, deployment_util.go getReplicaFailures).
  const isOfNewest = stall !== undefined && !(stall.by === 'refused' && stall.message.includes(`"${name}-`))
  return { by: 'rolling', ...(isOfNewest && { stalled: { ...stall, outgoing } }) }
}

/** @param mark what the pod shows of its template; without one, the caller compares the images */
function mayBeOlder(mark: string | undefined, { template }: OwnerLink): boolean {
  return mark === undefined || typeof template?.mark !== 'string' || template.mark !== mark
}

function daemonSetRenewal({ update }: OwnerLink): Renewal {
  return { by: update === 'on-delete' ? 'on-delete' : 'rolling' }
}

/** An ordered StatefulSet waits for a broken pod of an older revision, even above its partition (kubernetes/kubernetes#67250). */
function statefulSetRenewal(pod: Pod, { update, partition }: OwnerLink): Renewal {
  if (update === 'on-delete') return { by: 'on-delete' }
  const ordinal = ordinalOf(pod)
  if (partition !== undefined && ordinal !== null) {
    const to = ordinal - partition.first
    if (to >= 0 && to < partition.pods)
      return { by: 'partition', pods: partition.pods, to, oneByOne: update === 'rolling' }
  }
  return { by: update === 'parallel' ? 'rolling' : 'one-by-one' }
}
