/** Which pods a reading is about. */

export interface Scope {
  /** null: all of them. */
  namespaces: string[] | null
  /** As kubectl's -l takes it. */
  labelSelector?: string
  /** One pod by name, for `why`: it gets into the snapshot however healthy it is. Goes with exactly one namespace. */
  pod?: string
}
