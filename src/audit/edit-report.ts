/** What became of the edits of an audit, file by file. */

import type { EditRefusal } from '../manifest/edit.ts'
import type { FileEdit, LeftAlone } from './edits.ts'

export interface EditedFile {
  path: string
  before: string
  after: string
  applied: FileEdit[]
  refused: { edit: FileEdit; why: EditRefusal }[]
  /** Whether it was written; false where edits are only shown, and where that failed. */
  written: boolean
  problem: WriteProblem | null
}

export interface EditReport {
  /** Edits are only shown. */
  dryRun: boolean
  files: EditedFile[]
  leftAlone: LeftAlone[]
}

export type WriteProblem =
  /** Somebody else changed or moved it since it was read. */
  | 'changed'
  /** It is in an encoding in which edits can't leave the rest byte for byte. */
  | 'encoding'
  /** A part of it could not be read, so that nothing of it is changed. */
  | 'unread'
  | 'forbidden'
  | 'failed'
