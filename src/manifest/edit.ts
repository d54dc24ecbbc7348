/** The edits that a manifest can get, and the reasons for refusing one. */

import type { Pointer } from '../snapshot/template.ts'

export type ManifestEdit = { document: number } & (
  | {
      /** Sets a key's value; a missing key is inserted after its sibling. */
      op: 'set'
      /** Points to the object that has the key. */
      pointer: Pointer
      key: string
      value: string
      /** The sibling; null if the key always exists. */
      behind: string | null
    }
  | {
      /** Adds a name to the pull secrets of a pod spec. */
      op: 'add-secret'
      pointer: Pointer
      name: string
    }
)

export type EditRefusal =
  /** The value is an alias, or an alias repeats it, so the change would affect other places. */
  | 'alias'
  /** The value spans several lines, as a block or folded text. */
  | 'several-lines'
  /** The value is a placeholder that something fills in later. */
  | 'placeholder'
  /** The layout can't be changed safely. */
  | 'layout'
  /** The changed text did not read as intended, so nothing in the file is changed. */
  | 'unproven'
