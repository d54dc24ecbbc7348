/** Makes the edits of an audit in its files, or only plans them. */

import { factsOf } from '../../audit/audit.ts'
import type { EditedFile, EditReport } from '../../audit/edit-report.ts'
import { type FileEdit, planEdits } from '../../audit/edits.ts'
import type { AuditFinding } from '../../audit/finding.ts'
import { readEditable, replaceFile } from '../../editor/write-file.ts'
import { applyEdits } from '../../manifest/apply-edits.ts'
import type { AuditInput } from './read.ts'
import type { AllSettings } from './settings.ts'

export interface EditFlags {
  /** Whether to write the files; otherwise, the edits are only shown. */
  write: boolean
  offline: boolean
}

/** Edits each file completely or not at all. A file that can't be edited does not stop the others. */
export async function editFiles(
  { scope, isIgnored, real }: AuditInput,
  findings: readonly AuditFinding[],
  settings: AllSettings,
  { write, offline }: EditFlags,
): Promise<EditReport> {
  const { replacements } = settings
  const planned = planEdits(scope.workloads, {
    findings,
    facts: factsOf(scope, settings),
    settings,
    isIgnored,
    replacements,
    offline,
  })
  const unread = new Set(scope.unread.map(({ path }) => path))
  const files: EditedFile[] = []
  for (const [path, edits] of Map.groupBy(planned.edits, edit => edit.path)) {
    const where = real.get(path)
    if (where === undefined) continue
    files.push(
      unread.has(path) ? untouched(path, edits, 'unread') : await editFile(path, where, edits, write),
    )
  }
  return { dryRun: !write, files, leftAlone: planned.leftAlone }
}

async function editFile(path: string, where: string, edits: FileEdit[], write: boolean): Promise<EditedFile> {
  const file = await readEditable(where)
  if (file === null) return untouched(path, edits, 'encoding')
  const made = applyEdits(
    file.text,
    edits.map(({ edit }) => edit),
  )
  const own = new Map(edits.map(edit => [edit.edit, edit]))
  const result = {
    path,
    before: file.text,
    after: made.text,
    applied: made.applied.flatMap(edit => own.get(edit) ?? []),
    refused: made.refused.flatMap(({ edit, why }) => {
      const of = own.get(edit)
      return of === undefined ? [] : [{ edit: of, why }]
    }),
  }
  if (!write || made.text === file.text) return { ...result, written: false, problem: null }
  const problem = await replaceFile(where, file, made.text)
  return { ...result, written: problem === null, problem }
}

function untouched(path: string, edits: FileEdit[], problem: EditedFile['problem']): EditedFile {
  return { path, before: '', after: '', applied: edits, refused: [], written: false, problem }
}
