/** Which pods belong to the workloads and pods that somebody named: those that they control, directly or through others. */

import { isBuiltIn } from '../kubernetes/api/kinds.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { OwnerLink, ScopeSubject } from '../snapshot/snapshot.ts'
import { derivedOwner } from './derived-owner.ts'

/** Of a pod what tells whom it belongs to. */
export type OwnedPod = Pick<Pod, 'namespace' | 'name' | 'controller' | 'templateHash'>

/** Tells whether a pod belongs to one of the subjects. @param links what is known of who controls whom */
export function belongsTo(
  subjects: readonly ScopeSubject[],
  links: Iterable<OwnerLink>,
): (pod: OwnedPod) => boolean {
  const known = new Map([...links].map(link => [keyOf(link.namespace, link), link]))
  return pod => {
    const above = [...controllersOf(pod, known)]
    return subjects.some(
      ({ kind, name, namespace }) =>
        (namespace === null || namespace === pod.namespace) &&
        (kind === 'Pod' ? name === pod.name : above.some(each => each.kind === kind && each.name === name)),
    )
  }
}

/** The topmost known controller of the pod as TYPE/NAME; null for a pod without one. */
export function topmostWorkload(pod: OwnedPod, links: Iterable<OwnerLink>): string | null {
  const top = [
    ...controllersOf(pod, new Map([...links].map(link => [keyOf(link.namespace, link), link]))),
  ].at(-1)
  return top === undefined ? null : `${top.kind.toLowerCase()}/${top.name}`
}

/** The built-in controllers above the pod, from its own upward. */
function* controllersOf(pod: OwnedPod, known: ReadonlyMap<string, OwnerLink>) {
  const derived = derivedOwner(pod)
  const seen = new Set<string>()
  let { controller } = pod
  while (controller !== null && isBuiltIn(controller)) {
    const key = keyOf(pod.namespace, controller)
    if (seen.has(key)) return
    seen.add(key)
    yield controller
    const link: OwnerLink | null = known.get(key) ?? (seen.size === 1 ? derived : null)
    controller = link?.controller ?? null
  }
}

function keyOf(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${namespace} ${kind} ${name}`
}
