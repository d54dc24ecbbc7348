/** The results of an audit's edits, file by file. */

import type { EditRefusal } from '../manifest/edit.ts'
import type { FileEdit, LeftAlone } from './file-edits.ts'

export interface EditedFile {
  path: string
  before: string
  after: string
  applied: FileEdit[]
  refused: { edit: FileEdit; why: EditRefusal }[]
  /** Whether the file was written; false if edits are only shown, or if writing failed. */
  written: boolean
  problem: WriteProblem | null
}

export interface EditReport {
  /** Whether edits are only shown. */
  dryRun: boolean
  files: EditedFile[]
  leftAlone: LeftAlone[]
}

export type WriteProblem =
  /** Somebody else changed or moved the file since it was read. */
  | 'changed'
  /** In the file's encoding, an edit can't leave the rest byte for byte. */
  | 'encoding'
  /** Part of the file could not be read, so nothing in it is changed. */
  | 'unread'
  | 'forbidden'
  | 'failed'
