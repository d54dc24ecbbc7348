/** Which pods a snapshot is taken of. */

import { UsageError } from '../errors.ts'
import type { NamedSubject } from './subject-names.ts'

export interface Scope {
  /** null means all namespaces. */
  namespaces: string[] | null
  /** Namespaces to skip when reading all of them. */
  excluded?: string[]
  /** Reads only the pods of these; their namespaces are used instead of `namespaces`. */
  subjects?: NamedSubject[]
  /** Subjects that no longer exist have no pods. Otherwise, a missing subject is an error. */
  mayBeGone?: boolean
  /** Keeps subjects that turn out to be pods in the snapshot even if they are healthy. */
  keepNamedPods?: boolean
  /** With the syntax of kubectl's -l. */
  labelSelector?: string
  /** One pod by name, for `why`, kept in the snapshot even if it is healthy. Requires exactly one namespace. */
  pod?: string
}

/** `Scope.pod` names a pod that does not exist. */
export class NoSuchPod extends UsageError {}
