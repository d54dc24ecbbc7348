/** Which pods are read. */
import { UsageError } from '../errors.ts'

export interface Scope {
  /** null: all of them. */
  namespaces: string[] | null
  /** As kubectl's -l takes it. */
  labelSelector?: string
  /** One pod by name, for `why`: it gets into the snapshot however healthy it is. Goes with exactly one namespace. */
  pod?: string
}

/** `Scope.pod` names a pod that does not exist. */
export class NoSuchPod extends UsageError {}
