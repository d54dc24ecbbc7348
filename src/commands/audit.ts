/** `pullguard audit`: workloads → findings → edits → report → verdict, in files or in a live cluster. */

import { appendFile, stat } from 'node:fs/promises'
import { audit } from '../audit/audit.ts'
import type { EditReport } from '../audit/edit-report.ts'
import type { AuditFinding, AuditSeverity } from '../audit/finding.ts'
import { type AuditReport, auditReport, isUnchecked } from '../audit/report.ts'
import type { AuditFormat } from '../report/formats.ts'
import { countsFor } from '../report/formats.ts'
import { renderAuditMarkdown } from '../report/machine/audit/ci-formats.ts'
import { auditFingerprint, fullWorkload } from '../report/machine/audit/identity.ts'
import { auditNotes, auditPieces } from '../report/views/audit.ts'
import { interruptedSentence } from '../report/words/audit/file-edits.ts'
import { type FileNote, fileNoteText } from '../report/words/audit/summary.ts'
import { unusedRulesText } from '../report/words/known.ts'
import { type AuditInput, type AuditTarget, assertWorkloads, readAuditInput } from './audit/read.ts'
import { type AllSettings, auditSettings, type SettingsFlags } from './audit/settings.ts'
import { readKnown, replaceBaseline } from './baseline.ts'
import type { ImageCheckFlags } from './check-images.ts'
import type { CommandContext, ExitName } from './context.ts'
import { invocationOf, screenOf } from './shared-flags.ts'
import { writeNote } from './write-note.ts'

export interface AuditOptions extends AuditTarget, SettingsFlags {
  /** Ask registries about every image. */
  checkImages?: ImageCheckFlags
  /** Plan edits and, with `write`, make them; `diff` shows them. null: no edits. */
  edits: { write: boolean; diff: boolean; offline: boolean; endpoints: string[] } | null
  /** A file of known findings. */
  baseline?: string
  /** The file to write the findings to. */
  writeBaseline?: string
  allowEmpty: boolean
  format: AuditFormat
  failOn: AuditSeverity | 'never'
}

/** Reports what will fail or waste pulls on the next fresh node. @throws UsageError, UnreachableError */
export async function auditCommand(options: AuditOptions, context: CommandContext): Promise<ExitName> {
  const settings = await auditSettings(options, context)
  const known = await knownFindings(options.baseline, context)
  const read = await readAuditInput(options, settings, context, options.checkImages ?? null)
  if (!options.allowEmpty) assertWorkloads(read, settings)
  const { input, edits } = await editIfAsked(read, options, settings, context)
  const { findings, ignored } = audit(input.scope, settings, input.isIgnored)
  if (options.writeBaseline !== undefined) await writeBaseline(options.writeBaseline, findings, context)
  const accepted = options.writeBaseline === undefined ? known : new Set(findings.map(auditFingerprint))
  const { fresh, known: count } = withoutKnownFindings(findings, accepted)
  const report = auditReport(input.scope, fresh, { ignored: ignored.length, known: count }, edits)
  await showAudit(report, input.notes, options, context)
  return exitOf(report, options.failOn)
}

/**
 * Makes the edits and, if files were written, reads them again, so that only remaining findings are reported. What registries answered for
 * the edits makes no findings, whether or not anything was written: only --check-images does. An image without an answer is reported.
 */
async function editIfAsked(
  input: AuditInput,
  options: AuditOptions,
  settings: AllSettings,
  context: CommandContext,
): Promise<{ input: AuditInput; edits: EditReport | null }> {
  if (options.edits === null) return { input, edits: null }
  const { editFiles } = await import('./audit/edit.ts')
  const { edits, answers, unreached } = await editFiles(input, settings, options.edits, context)
  const isWritten = edits.files.some(({ written }) => written)
  if (isWritten && context.signal.aborted) await showInterrupted(edits, unreached, context)
  const now = isWritten ? await readAuditInput(options, settings, context, null) : input
  const imageChecks = [...input.scope.imageChecks, ...answers.filter(isUnchecked)]
  return { input: { ...now, scope: { ...now.scope, imageChecks } }, edits }
}

/** Says what was written before the signal. @throws the signal's reason */
async function showInterrupted(edits: EditReport, unreached: number, context: CommandContext): Promise<void> {
  const { editLines } = await import('../report/views/audit/edits-screen.ts')
  for (const line of [...editLines(edits), interruptedSentence(unreached)]) await writeNote(context, line)
  throw context.signal.reason
}

/** Returns the same result for every format. Unreadable input outranks findings, except for links that lead outside. */
function exitOf(report: AuditReport, failOn: AuditSeverity | 'never'): ExitName {
  const { findings, gaps, unread, unchecked, edits } = report
  if (unread.some(({ problem }) => problem !== 'link-out')) return 'usage'
  if (findings.some(finding => countsFor(finding, failOn))) return 'findings'
  const unwritten = edits?.files.some(({ problem }) => problem !== null) ?? false
  return gaps.length + unread.length + unchecked.length > 0 || unwritten ? 'incomplete' : 'ok'
}

/** Writes the report or, if requested, the diff. */
async function showAudit(
  report: AuditReport,
  fileNotes: FileNote[],
  flags: AuditOptions,
  context: CommandContext,
): Promise<void> {
  const { format, failOn, connection, files, edits } = flags
  const { out, err, version } = context
  const invocation = invocationOf(context, connection, { fromDump: files.length > 0 })
  const options = {
    format,
    failOn,
    version,
    cwd: context.cwd,
    invocation,
    inputFlags: inputFlagsOf(flags),
    ...screenOf(out),
  }
  const notes = { ...options, width: err.width, color: err.color }
  for (const note of fileNotes) await writeNote(context, fileNoteText(note))
  const asText = format === 'table' || format === 'wide' || format === 'text'
  if (report.edits !== null) {
    const { editLines, renderEditDiff } = await import('../report/views/audit/edits-screen.ts')
    for (const line of editLines(report.edits)) await writeNote(context, line)
    if (edits?.diff === true && asText) {
      await out.write(renderEditDiff(report.edits, out.color))
      await err.write(auditNotes(report, { ...notes, terminal: false }))
      return
    }
  }
  for (const piece of auditPieces(report, options)) await out.write(piece)
  await err.write(auditNotes(report, notes))
  if (format === 'github') await appendStepSummary(report, context)
}

/** Returns the flags that the next command has to repeat to read the same files with the same settings. */
function inputFlagsOf(flags: AuditOptions): string[] {
  const { recursive, connection, selector, excludedNamespaces, config, pullSecret, replaceRegistry, edits } =
    flags
  return [
    ...(recursive ? ['-R'] : []),
    ...(connection.namespace === undefined ? [] : ['-n', connection.namespace]),
    ...(selector === undefined ? [] : ['-l', selector]),
    ...excludedNamespaces.flatMap(name => ['--exclude-namespace', name]),
    ...(config === undefined ? [] : ['--config', config]),
    ...(pullSecret === undefined ? [] : ['--secret-name', pullSecret]),
    ...replaceRegistry.flatMap(rule => ['--replace-registry', rule]),
    ...(edits?.offline === true ? ['--offline'] : []),
  ]
}

/** GitHub accepts 1 MiB per step and drops a longer summary entirely. */
const LONGEST = 900 * 1024

/**
 * Appends the report to the summary of a GitHub Actions step, which shows only ten annotations. Does nothing elsewhere, and ignores a
 * summary that can't be written.
 */
async function appendStepSummary(report: AuditReport, { env }: CommandContext): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  )
  const room = LONGEST - size
  if (room < 10_000) return
  // Characters outside ASCII take up to three bytes.
  await appendFile(file, renderAuditMarkdown(report, Math.floor(room / 3))).catch(() => {})
}

/**
 * Returns the fingerprints in an audit's baseline; none without a file. Its ignore rules are about failures, so a note says that an audit
 * doesn't apply them. @throws UsageError if the file can't be read, or is not a baseline
 */
async function knownFindings(
  file: string | undefined,
  context: CommandContext,
): Promise<ReadonlySet<string>> {
  if (file === undefined) return new Set()
  const { known, rules } = await readKnown({ baseline: file }, context)
  if (rules.length > 0) await writeNote(context, unusedRulesText(rules.length, file))
  return known
}

/** Returns the findings that are not in the baseline, and the number of those that are. */
function withoutKnownFindings(
  findings: AuditFinding[],
  known: ReadonlySet<string>,
): { fresh: AuditFinding[]; known: number } {
  if (known.size === 0) return { fresh: findings, known: 0 }
  const fresh = findings.filter(finding => !known.has(auditFingerprint(finding)))
  return { fresh, known: findings.length - fresh.length }
}

/** @throws UsageError if the file is not a baseline or can't be written */
async function writeBaseline(file: string, findings: AuditFinding[], context: CommandContext): Promise<void> {
  const known = findings.map(finding => ({ fingerprint: auditFingerprint(finding), about: aboutOf(finding) }))
  await replaceBaseline(file, known, context)
}

function aboutOf(finding: AuditFinding): string {
  const { rule, workload, container } = finding
  const parts = [rule, workload.source?.path ?? '', fullWorkload(finding), container?.name ?? '']
  return parts.filter(part => part !== '').join(' ')
}
