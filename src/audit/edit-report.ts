/** What became of the edits of an audit, file by file. */

import type { EditRefusal } from '../manifest/edit.ts'
import type { FileEdit, LeftAlone } from './edits.ts'
import type { WriteProblem } from './write-problem.ts'

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
