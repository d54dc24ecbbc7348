/** Which pods are read. */

import { UsageError } from '../errors.ts'
import type { NamedSubject } from './subject-names.ts'

export interface Scope {
  /** null: all of them. */
  namespaces: string[] | null
  /** Of all of them all but these. */
  excluded?: string[]
  /** Only the pods of these; their namespaces count, not those above. */
  subjects?: NamedSubject[]
  /** Of these some may be gone by now: they have no pods. Otherwise one that does not exist is an error. */
  mayBeGone?: boolean
  /** If they turn out to be pods, these get into the snapshot however healthy they are. */
  keepNamedPods?: boolean
  /** As kubectl's -l takes it. */
  labelSelector?: string
  /** One pod by name, for `why`: it gets into the snapshot however healthy it is. Goes with exactly one namespace. */
  pod?: string
}

/** `Scope.pod` names a pod that does not exist. */
export class NoSuchPod extends UsageError {}
