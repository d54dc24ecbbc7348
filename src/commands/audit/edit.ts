/** `audit --fix`: asks registries about the images that edits depend on, then makes the edits in the files, or only plans them. */

import { audit, factsOf } from '../../audit/audit.ts'
import type { EditedFile, EditReport } from '../../audit/edit-report.ts'
import { type FileEdit, imagesToAsk, planEdits } from '../../audit/file-edits.ts'
import type { AuditFinding } from '../../audit/finding.ts'
import { readEditable, replaceFile } from '../../editor/write-file.ts'
import { UsageError } from '../../errors.ts'
import { applyEdits } from '../../manifest/apply-edits.ts'
import type { ImageCheck } from '../../snapshot/image-check.ts'
import type { CommandContext } from '../context.ts'
import type { AuditInput } from './read.ts'
import type { AllSettings } from './settings.ts'

interface EditFlags {
  /** Whether to write the files; otherwise, the edits are only shown. */
  write: boolean
  /** Ask no registry. */
  offline: boolean
  /** REGISTRY=URL. */
  endpoints: string[]
}

interface Edited {
  edits: EditReport
  /** What the registries answered about the images that edits depend on, without those that --check-images asked about. */
  answers: ImageCheck[]
  /** Files that an interruption left as they were. */
  unreached: number
}

/** Edits each file completely or not at all. A file that can't be edited does not stop the others. @throws UsageError */
export async function editFiles(
  input: AuditInput,
  settings: AllSettings,
  { write, offline, endpoints }: EditFlags,
  context: CommandContext,
): Promise<Edited> {
  refusePipes(input)
  const answers = offline ? [] : await ask(input, endpoints, settings, context)
  const { isIgnored, real } = input
  const scope = { ...input.scope, imageChecks: [...input.scope.imageChecks, ...answers] }
  const { replacements } = settings
  const planned = planEdits(scope.workloads, {
    findings: findingsOf({ scope, isIgnored }, settings),
    facts: factsOf(scope, settings),
    settings,
    isIgnored,
    replacements,
    offline,
  })
  const unread = new Set(scope.unread.map(({ path }) => path))
  const files: EditedFile[] = []
  let unreached = 0
  for (const [path, edits] of Map.groupBy(planned.edits, edit => edit.path)) {
    const where = real.get(path)
    if (context.signal.aborted) unreached += 1
    if (where === undefined || context.signal.aborted) continue
    files.push(unread.has(path) ? unedited(path, edits, 'unread') : await editFile(path, where, edits, write))
  }
  return { edits: { dryRun: !write, files, leftAlone: planned.leftAlone }, answers, unreached }
}

function refusePipes({ scope, real }: AuditInput): void {
  const piped = scope.workloads.find(({ source }) => source !== null && !real.has(source.path))
  if (piped !== undefined)
    throw new UsageError(
      `--fix and --diff edit files, and ${piped.source?.path} isn't one: name files with -f.`,
    )
}

/** Asks the registries about images that edits depend on; those that were already checked are not asked about again. */
async function ask(
  input: AuditInput,
  endpoints: string[],
  settings: AllSettings,
  context: CommandContext,
): Promise<ImageCheck[]> {
  const { ImageCheckRun, INVENTORY } = await import('../check-images.ts')
  const { scope } = input
  const { workloads, imageChecks } = scope
  const known = new Set(imageChecks.map(({ reference }) => reference))
  const open = imagesToAsk({
    workloads,
    findings: findingsOf(input, settings),
    replacements: settings.replacements,
  }).filter(({ name }) => !known.has(name))
  return new ImageCheckRun({ endpoints }, context, INVENTORY).check(
    open.map(({ image }) => ({ image, pods: [], platforms: false, replacement: null })),
  )
}

function findingsOf(
  { scope, isIgnored }: Pick<AuditInput, 'scope' | 'isIgnored'>,
  settings: AllSettings,
): AuditFinding[] {
  return audit(scope, settings, isIgnored).findings
}

async function editFile(path: string, where: string, edits: FileEdit[], write: boolean): Promise<EditedFile> {
  const file = await readEditable(where)
  if (file === null) return unedited(path, edits, 'encoding')
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

function unedited(path: string, edits: FileEdit[], problem: EditedFile['problem']): EditedFile {
  return { path, before: '', after: '', applied: edits, refused: [], written: false, problem }
}
