/** Narrows ownership: ownerReferences, and the controllers between a pod and its topmost controller. */

import type { ControllerReference } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowName } from './bounded-text.ts'
import { list, nameOf, namespaceOf, record, text } from './shape.ts'

/** The ownerReference with `controller: true`; the API server allows at most one. */
export function narrowController(metadata: { ownerReferences?: unknown }): ControllerReference | null {
  const found = list(metadata.ownerReferences)
    .map(record)
    .find(reference => reference.controller === true && text(reference.name) !== '')
  if (found === undefined) return null
  return {
    apiVersion: narrowName(found.apiVersion),
    kind: narrowName(found.kind),
    name: narrowName(found.name),
    uid: text(found.uid),
  }
}

/** A controller and its own controller. Items of a list carry no kind, so the caller passes it. Null without a name. */
export function narrowOwner(raw: unknown, kind: string): OwnerLink | null {
  const name = nameOf(raw)
  if (name === null) return null
  const metadata = record(record(raw).metadata)
  return {
    namespace: namespaceOf(raw),
    kind,
    name,
    uid: text(metadata.uid),
    controller: narrowController(metadata),
  }
}
