/** What can be changed in a manifest, and why a change is not made. */

import type { Pointer } from '../snapshot/template.ts'

export type ManifestEdit = { document: number } & (
  | {
      /** Gives a key another value; one that is not there is written behind its sibling. */
      op: 'set'
      /** Of the object that has the key. */
      pointer: Pointer
      key: string
      value: string
      /** The sibling; null where the key is always there. */
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
  /** The value is an alias, or repeated by one: a change would reach further. */
  | 'alias'
  /** It goes over several lines, as a block or a folded text. */
  | 'several-lines'
  /** Something fills it in later. */
  | 'placeholder'
  /** It is written in a way that can't be changed safely. */
  | 'layout'
  /** The changed text did not read as it should: nothing of the file is changed. */
  | 'unproven'
